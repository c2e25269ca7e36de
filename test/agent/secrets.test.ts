import { describe, expect, it } from 'vitest';
import { keysRead } from './support/fake-jobs.ts';
import { runWith, withSteps, workflowOf } from './support/project.ts';

const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`KEY_${index}`, `value-of-key-${index}`]));

describe('values travel when they are asked for', () => {
  it('one get of fifty keys is one request with one key, and the session is closed', async () => {
    const { code, stdout, api } = await runWith(
      { values: fifty },
      workflowOf('console.log((await ctx.secrets.get("KEY_7")).length);'),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('14\n');
    expect(keysRead(api)).toEqual([['KEY_7']]);
    expect(api.calls.map(({ id }) => id)).toEqual(['jobs.open', 'jobs.read', 'jobs.close']);
    expect(api.calls.map(({ token }) => token)).toEqual(['agent-token-canary', 'token-of-job-1', 'token-of-job-1']);
  });

  it('fifty gets, an expose and a file in one turn are one request', async () => {
    const { code, api } = await runWith(
      { values: fifty },
      workflowOf(`
      const s = ctx.secrets;
      await Promise.all([...s.list().map((key) => s.get(key)), s.expose('KEY_1'), s.mountFile({ sources: ['KEY_2', 'KEY_3'] })]);`),
    );
    expect(code).toBe(0);
    expect(keysRead(api)).toHaveLength(1);
    expect(keysRead(api)[0]).toHaveLength(50);
  });

  it('names alone ask for nothing', async () => {
    const { stdout, api } = await runWith(
      { values: { B: 'value-b', A: 'value-a', a: 'value-c' }, declared: ['D'], unavailable: { U: 'sealed' } },
      workflowOf(`
      const s = ctx.secrets;
      console.log(JSON.stringify([s.list(), ['A', 'D', 'U', 'N', 'toString', '__proto__'].map((key) => s.has(key)), s.getMeta('A'), s.getMeta('N') ?? null]));`),
    );
    expect(stdout).toContain(
      JSON.stringify([
        ['A', 'B', 'U', 'a'],
        [true, false, true, false, false, false],
        { backend: 'internal', scope: 'production', version: '3' },
        null,
      ]),
    );
    expect(keysRead(api)).toEqual([]);
  });

  it('`has` says in the log, once a key, that it is false only because a backend could not be queried', async () => {
    const source = withSteps(
      `step('one', async (ctx) => console.log(JSON.stringify(['MAYBE', 'MAYBE', 'A', 'LATER', 'OTHER'].map((key) => ctx.secrets.has(key)))))`,
      "environment: 'production', secrets: ['A', 'LATER', 'MAYB*']",
    );
    const known = { values: { A: 'a' }, declared: ['LATER'] };
    const doubtful = await runWith({ ...known, unlistedBackends: ['corp-vault'] }, source);
    expect(doubtful.stdout).toContain('[false,false,true,false,false]');
    expect(doubtful.stderr.match(/warning: .*/g)).toEqual([
      'warning: has("MAYBE") is false, but a backend that could hold it could not be queried; get would say so',
    ]);
    const certain = await runWith({ ...known, openEnded: true }, source);
    expect(certain.stdout).toContain('[false,false,true,false,false]');
    expect(certain.stderr).not.toContain('warning:');
  });

  it('lists no key that is deleted wherever it was, and still says why', async () => {
    const { code, stdout } = await runWith(
      { values: { AGE_KEY_2: 'value-b' }, gone: ['AGE_KEY_1'], unavailable: { AGE_KEY_3: 'sealed' } },
      workflowOf(`
      const s = ctx.secrets;
      console.log(s.list().join(), s.has('AGE_KEY_1'), s.getMeta('AGE_KEY_1').backend);
      await s.get('AGE_KEY_1').catch(({ name, message }) => console.log(name, message));`),
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('AGE_KEY_2,AGE_KEY_3 false corp-vault\n')]);
    expect(stdout).toMatch(/SecretUnavailableError .*AGE_KEY_1.*deleted/);
  });

  it('a key outside an open-ended catalogue is asked for; outside a closed one it is not', async () => {
    const source = workflowOf('console.log((await ctx.secrets.get("LATE")).length)');
    const open = await runWith({ unlisted: { LATE: 'just-created' }, openEnded: true }, source);
    expect(open.stdout).toContain('12\n');
    const closed = await runWith({ unlisted: { LATE: 'just-created' } }, source);
    expect(closed.code).toBe(1);
    expect(keysRead(closed.api)).toEqual([]);
  });
});

/** The error's fields, as a step sees them. */
const told = (expression: string): string => `
  const told = await (${expression}).catch((error) => ({ name: error.name, code: error.code, key: error.key, keys: error.keys, backend: error.backend, scope: error.scope, hint: error.hint, reason: error.reason, message: error.message }));
  console.log('TOLD' + JSON.stringify(told) + 'END');`;

async function tell(expression: string, secrets: Parameters<typeof runWith>[0]): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await runWith(secrets, workflowOf(told(expression)));
  const text = /TOLD(.*)END/s.exec(stdout)?.[1];
  if (text === undefined) throw new Error(`nothing was told: ${stdout}${stderr}`);
  const parsed: unknown = JSON.parse(text);
  return Object.fromEntries(Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {}));
}

describe('a value that is unavailable', () => {
  it('that is missing says so, with near matches', async () => {
    const error = await tell('ctx.secrets.get("DEPLOY_TOKN")', { values: { DEPLOY_TOKEN: 'value-of-token' } });
    expect(error).toMatchObject({ name: 'SecretNotFoundError', code: 'secret_not_found', key: 'DEPLOY_TOKN' });
    expect(error['message']).toContain('DEPLOY_TOKEN');
    expect(error['message']).not.toContain('value-of-token');
  });

  it('because of an outage is never called missing', async () => {
    expect(await tell('ctx.secrets.get("U")', { unavailable: { U: 'sealed' } })).toMatchObject({
      name: 'SecretUnavailableError',
      key: 'U',
      backend: 'corp-vault',
      scope: 'apps/shop',
      code: 'sealed',
      hint: 'unseal it',
    });
  });

  it('because of an outage says why, and nothing of the settings', async () => {
    const because = { reason: 'certificate_untrusted_by_setting', about: 'tls.ca' } as const;
    const error = await tell('ctx.secrets.get("U")', { unavailable: { U: 'unreachable' }, because });
    expect(error).toMatchObject({ name: 'SecretUnavailableError', code: 'unreachable', reason: because.reason });
    expect(error['message']).toContain(
      'the backend could not be reached: its certificate was not issued by an authority that the settings name [unreachable] [certificate_untrusted_by_setting]',
    );
    expect(JSON.stringify(error)).not.toContain('tls.ca');
  });

  it.each(['session_ended', 'permission_denied', 'audit_unavailable', 'internal_error'] as const)(
    "because the orchestrator says %s is unavailable, with the orchestrator's hint",
    async (code) => {
      const error = await tell('ctx.secrets.get("A")', { values: { A: 'value-of-a' }, readFails: code });
      expect(error).toMatchObject({
        name: 'SecretUnavailableError',
        key: 'A',
        backend: 'internal',
        scope: 'production',
        code,
      });
      expect(error['hint']).not.toBe('');
    },
  );

  it('because it was sealed for another key is unavailable, and not taken for this one', async () => {
    expect(await tell('ctx.secrets.get("A")', { values: { A: 'value-of-a' }, mixedUp: true })).toMatchObject({
      name: 'SecretUnavailableError',
      key: 'A',
      code: 'bad_answer',
    });
  });

  it('that is declared and not set says that', async () => {
    expect(await tell('ctx.secrets.get("D")', { declared: ['D'] })).toMatchObject({
      name: 'SecretNotSetError',
      code: 'secret_not_set',
      key: 'D',
    });
  });

  it('that is binary names mountFile, and nothing is replaced', async () => {
    const error = await tell('ctx.secrets.get("B")', { values: { B: Uint8Array.of(0xff, 0xfe, 0x00, 0x01) } });
    expect(error).toMatchObject({ name: 'BinarySecretError', code: 'secret_binary', key: 'B' });
    expect(error['message']).toContain('mountFile');
  });

  it('a file lists every missing and unavailable key in one error', async () => {
    const error = await tell('ctx.secrets.mountFile({ sources: ["A", "M1", "U", "M2", "D"] })', {
      values: { A: 'value-of-a' },
      unavailable: { U: 'timeout' },
      declared: ['D'],
    });
    expect(error).toMatchObject({ name: 'SecretNotFoundError', keys: ['M1', 'M2'] });
    for (const key of ['M1', 'M2', 'U', 'timeout', 'D']) expect(error['message']).toContain(key);
  });

  it.each([
    ['sources: []', 'no_sources'],
    ['sources: ["A"], name: "../x"', 'invalid_file_name'],
    ['sources: ["A"], name: ".."', 'invalid_file_name'],
    ['sources: ["A"], mode: 0o1777', 'invalid_options'],
    ['sources: "A"', 'invalid_options'],
  ])('mountFile({ %s }) is a typed error: %s', async (options, code) => {
    expect(await tell(`ctx.secrets.mountFile({ ${options} })`, { values: { A: 'value-of-a' } })).toMatchObject({
      name: 'SecretFileError',
      code,
    });
  });

  it('a second file of the same name is an error', async () => {
    expect(
      await tell(
        'ctx.secrets.mountFile({ sources: ["A"], name: "a" }).then(() => ctx.secrets.mountFile({ sources: ["A"], name: "a" }))',
        { values: { A: 'value-of-a' } },
      ),
    ).toMatchObject({ name: 'SecretFileError', code: 'duplicate_file_name' });
  });

  it.each([
    ['NODE_OPTIONS', 'refused_variable'],
    ['PATH', 'refused_variable'],
    ['LD_PRELOAD', 'refused_variable'],
    ['KICI_ENV', 'refused_variable'],
    ['a-b', 'invalid_variable'],
    ['1A', 'invalid_variable'],
  ])('exposeFile refuses %s: %s', async (name, code) => {
    expect(
      await tell(`ctx.secrets.exposeFile(${JSON.stringify(name)}, { sources: ["A"] })`, {
        values: { A: 'value-of-a' },
      }),
    ).toMatchObject({ name: 'EnvironmentNameError', code });
  });

  it('expose refuses a key that no shell can read', async () => {
    expect(await tell('ctx.secrets.expose("a.b")', { values: { 'a.b': 'value-of-ab' } })).toMatchObject({
      name: 'EnvironmentNameError',
      code: 'invalid_variable',
    });
  });

  it('in a job without an environment says that it binds none, and nobody is asked', async () => {
    const { stdout, stderr, code, api } = await runWith(
      { values: { A: 'value-of-a' } },
      withSteps(
        'step("s", async (ctx) => { console.log(JSON.stringify(ctx.secrets.list())); await ctx.secrets.get("A"); })',
        'needs: []',
      ),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('[]\n');
    expect(stderr).toContain('binds no environment');
    expect(api.calls).toEqual([]);
  });
});

describe('ctx.secrets', () => {
  it('shows the migration when a secret is read as a property', async () => {
    const { code, stderr } = await runWith(
      { values: { TOKEN: 'value-of-token' } },
      workflowOf('if (ctx.secrets.TOKEN) console.log("no")'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('await ctx.secrets.get("TOKEN")');
    expect(stderr).toContain('ctx.secrets.has("TOKEN")');
  });

  it('serializes as names only, and can be awaited, inspected and compared', async () => {
    const { stdout, code } = await runWith(
      { values: { TOKEN: 'value-of-token' } },
      workflowOf(`
      await ctx.secrets.get('TOKEN');
      const { inspect } = await import('node:util');
      console.log(JSON.stringify(ctx.secrets), inspect(ctx.secrets, { showHidden: true }), String(ctx.secrets), await ctx.secrets === ctx.secrets, ctx.secrets.constructor === Object);`),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('{"secrets":["TOKEN"]} StepSecrets [ \'TOKEN\' ] [object Object] true true');
  });
});
