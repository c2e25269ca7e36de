import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandGroups } from '../../src/cli/admin/program.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import type { Outcome } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

let api: WireApi;
beforeEach(async () => {
  api = await startWireApi(answers);
});
afterEach(async () => {
  await api.close();
});

const run = (line: string, stdin = ''): Promise<Outcome> =>
  adminInProcess(line.split(' '), { stdin, environment: { KICI_URL: api.url } });
const tried = new Set<string>();

/** Command line, the only call that it makes, and a line that it prints. */
const cases: readonly (readonly [string, string, unknown, string])[] = [
  ['organization create payments', 'organizations.create', { name: 'payments' }, 'created organization payments'],
  ['organization list', 'organizations.list', {}, 'default  2026-11-25T10:00:00Z'],
  [
    'environment create production --bind production --bind shared/**',
    'environments.create',
    { name: 'production', bind: ['production', 'shared/**'] },
    'created environment production, bound to internal:production, internal:shared/**',
  ],
  ['environment list', 'environments.list', {}, 'production  2         2026-11-25T10:00:00Z'],
  ['environment show production', 'environments.show', { environment: 'production' }, 'password=DB_PASSWORD'],
  [
    'environment delete staging --yes',
    'environments.delete',
    { environment: 'staging' },
    'deleted environment staging',
  ],
  [
    'environment bind production --scope corp-vault:apps/shop/** --priority -10 --prefix DB_ --host build-*',
    'bindings.add',
    { environment: 'production', scope: 'corp-vault:apps/shop/**', priority: -10, prefix: 'DB_', host: 'build-*' },
    'binding b1, priority -10',
  ],
  [
    'environment bind production --scope corp-vault:db --map password=DB_PASSWORD --map user=DB_USER',
    'bindings.add',
    { environment: 'production', scope: 'corp-vault:db', map: { password: 'DB_PASSWORD', user: 'DB_USER' } },
    'bound corp-vault:db to environment production',
  ],
  [
    'environment rebind production b1 --priority 20',
    'bindings.update',
    { environment: 'production', id: 'b1', priority: 20 },
    'changed binding b1',
  ],
  [
    'environment unbind production b1',
    'bindings.remove',
    { environment: 'production', id: 'b1' },
    'removed binding b1',
  ],
  [
    'environment preview production b1 --remove',
    'resolution.preview',
    { environment: 'production', id: 'b1', remove: true },
    'DB_PASSWORD',
  ],
  [
    'environment preview production --scope other --map a=B --skip-deleted false --as-host gpu-1',
    'resolution.preview',
    { environment: 'production', scope: 'other', map: '{"a":"B"}', skipDeleted: false, asHost: 'gpu-1' },
    'no key changes\n3 keys stay as they are\nthe binding selects nothing',
  ],
  [
    'secret set --scope production TOKEN',
    'secrets.set',
    { scope: 'production', key: 'TOKEN', value: 'aGk=' },
    'set TOKEN in scope internal:production: 2 bytes, version 7, 2026-11-25T10:00:00Z',
  ],
  [
    'secret declare --scope production SENTRY_DSN',
    'secrets.declare',
    { scope: 'production', key: 'SENTRY_DSN' },
    'declared SENTRY_DSN in scope internal:production',
  ],
  [
    'secret list --scope production --tree',
    'secrets.list',
    { scope: 'production', tree: true },
    'SENTRY_DSN   internal:production  unset',
  ],
  [
    'secret list --backend corp-vault',
    'secrets.list',
    { backend: 'corp-vault' },
    'BROKEN       internal:everywhere  unreadable (wrong_shape: field_not_text)',
  ],
  [
    'secret list --environment production --host build-1',
    'resolution.catalogue',
    { environment: 'production', host: 'build-1' },
    'API_KEY      eu-aws      apps                   unavailable (throttled)',
  ],
  ['job list', 'jobs.list', {}, 'release  production'],
  ['secret grid', 'resolution.grid', { skip: 0, limit: 500 }, 'missing       corp-vault:apps/shop/db (+1)'],
  [
    'secret delete --scope production OLD',
    'secrets.delete',
    { scope: 'production', key: 'OLD' },
    'deleted OLD from scope production',
  ],
  [
    'secret delete --scope production NOTHING',
    'secrets.delete',
    { scope: 'production', key: 'NOTHING' },
    'there was no NOTHING in scope production',
  ],
  ['secret versions --scope production K', 'secrets.versions', { scope: 'production', key: 'K' }, 'cannot be read'],
  [
    'secret restore --scope production K 6',
    'secrets.restore',
    { scope: 'production', key: 'K', version: '6' },
    'restored version 6 of K in scope internal:production: version 8, 2026-11-25T10:00:00Z',
  ],
  ['scope list --folder a --filter b', 'scopes.list', { folder: 'a', text: 'b' }, 'internal:staging'],
  ['scope create apps/shop', 'scopes.create', { scope: 'apps/shop' }, 'created scope internal:apps/shop'],
  [
    'scope rename a b --dry-run',
    'scopes.rename',
    { from: 'a', to: 'b', dryRun: true },
    '[dry-run] would rename scope a to internal:b\nbinding b1 of environment production, b, would move with it',
  ],
  [
    'scope rename a b',
    'scopes.rename',
    { from: 'a', to: 'b' },
    'renamed scope a to internal:b\nbinding b1 of environment production, b, moved with it',
  ],
  [
    'scope rename a b --keep-bindings',
    'scopes.rename',
    { from: 'a', to: 'b', keepBindings: true },
    'renamed scope a to internal:b\n',
  ],
  ['scope delete a -y', 'scopes.delete', { scope: 'a' }, 'deleted scope a with 1 secret'],
  [
    'variable list --environment production',
    'variables.list',
    { environment: 'production' },
    'LOG_LEVEL  info    locked  2026-11-25T10:00:00Z',
  ],
  [
    'variable delete --env production LOG_LEVEL',
    'variables.delete',
    { environment: 'production', name: 'LOG_LEVEL' },
    'deleted LOG_LEVEL from environment production',
  ],
  [
    'variable set --scope production LOG_LEVEL',
    'variables.set',
    { environment: 'production', name: 'LOG_LEVEL', value: 'hi' },
    'set LOG_LEVEL in environment production: 2 bytes, 2026-11-25T10:00:00Z',
  ],
  [
    'variable set --env production LOG_LEVEL --locked',
    'variables.set',
    { environment: 'production', name: 'LOG_LEVEL', value: 'hi', locked: true },
    '2 bytes, locked',
  ],
  [
    'variable set --environment production LOG_LEVEL --unlock',
    'variables.set',
    { environment: 'production', name: 'LOG_LEVEL', value: 'hi', locked: false },
    '2 bytes, 2026',
  ],
  ['backend types', 'backends.types', {}, 'auth.secretId'],
  ['backend list', 'backends.list', {}, 'eu-aws      aws    throttled           optional'],
  ['backend show corp-vault', 'backends.show', { name: 'corp-vault' }, 'auth.secretId  (secret, set)'],
  ['backend remove corp-vault --yes', 'backends.remove', { name: 'corp-vault' }, 'removed backend corp-vault'],
  ['backend test corp-vault', 'backends.test', { name: 'corp-vault' }, 'listed        3 names'],
  [
    'explain --environment production DB_PASSWORD --agent-id a1',
    'resolution.explain',
    { environment: 'production', key: 'DB_PASSWORD', agentId: 'a1' },
    'decided by: higher priority',
  ],
  [
    'explain --environment production DB_PASSWROD',
    'resolution.explain',
    { environment: 'production', key: 'DB_PASSWROD' },
    'did you mean DB_PASSWORD?',
  ],
  [
    'check --environment staging',
    'resolution.check',
    { environment: 'staging' },
    '3 keys in environment staging: 0 errors, 0 warnings',
  ],
  [
    'token create ci --role author --environment production --scope shop/** --lifetime 90d',
    'tokens.create',
    { name: 'ci', role: 'author', environments: ['production'], scopes: ['shop/**'], lifetimeMs: 90 * 86_400_000 },
    'kici_tok_0123456789',
  ],
  [
    'token create r --role agent --agent-id r --agent-host h --label os=linux --label b=',
    'tokens.create',
    { name: 'r', role: 'agent', agent: { id: 'r', host: 'h', labels: { os: 'linux', b: '' } } },
    'kici_tok_0123456789',
  ],
  ['token list', 'tokens.list', {}, 'agent runner-1, environment production'],
  ['token revoke t1', 'tokens.revoke', { id: 't1' }, 'revoked token t1'],
  ['dashboard', 'sessions.code', {}, '/#code=c0de'],
  ['dashboard --print', 'sessions.code', {}, '/#code=c0de'],
  ['session list', 'sessions.list', {}, 's1  ci     author'],
  ['session end s1', 'sessions.end', { id: 's1' }, 'ended session s1'],
  [
    'policy show',
    'policy.show',
    {},
    'secrets.set  secrets   values       off        secrets.set  2026-11-25T10:00:00Z',
  ],
  ['policy show', 'policy.show', {}, `sealing key  SHA-256 ${'ab'.repeat(32)}`],
  [
    'policy set --disable secrets.set --value-entry off',
    'policy.set',
    { disable: ['secrets.set'], enable: [], valueEntry: 'off' },
    'secrets.set  on    off',
  ],
  ['policy reset', 'policy.reset', {}, ''],
  [
    'audit list --limit 5 --before 9',
    'audit.list',
    { limit: 5, before: 9 },
    'outcome done of 1  token t1  scope=production key=DB_PASSWORD',
  ],
  ['audit verify', 'audit.verify', {}, 'intact: 2 rows'],
  ['audit acknowledge --reason restored', 'audit.acknowledge', { reason: 'restored' }, 'acknowledged 1 problem'],
];

describe.each(cases)('kici-admin %s', (line, id, input, printed) => {
  it('makes its one call and prints what came of it, as text and as JSON', async () => {
    tried.add(line.split(' ').slice(0, 2).join(' '));
    const text = await run(line, 'hi\n');
    expect(text.stderr).not.toContain('kici-admin:');
    expect(text.stdout).toContain(printed);
    expect(text.exitCode).toBe(0);
    expect(api.calls).toEqual([
      {
        id,
        organization: 'default',
        token: undefined,
        input:
          id === 'audit.list' || id === 'tokens.create' || id === 'environments.create'
            ? expect.objectContaining(input)
            : input,
      },
    ]);
    const json = await run(`${line} --json`, 'hi\n');
    expect(json).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toBeTypeOf('object');
  });
});

describe('the cases', () => {
  afterAll(() => {
    tried.clear();
  });

  it('leave no command out', () => {
    const elsewhere = [
      'backend add',
      'backend update',
      'backend scaffold',
      'secret import',
      'help errors',
      ...['export', 'checkpoint', 'cut'].map((name) => `audit ${name}`),
      ...['bash', 'zsh', 'fish'].map((shell) => `completion ${shell}`),
    ];
    const all = commandGroups.flatMap((entry) =>
      'commands' in entry
        ? entry.commands.map((command) => `${entry.name} ${command.name}`)
        : [entry.name === 'dashboard' ? 'dashboard' : `${entry.name} --environment`],
    );
    expect(all.filter((name) => !tried.has(name) && !elsewhere.includes(name))).toEqual([]);
  });
});

describe('wrong usage', () => {
  it.each([
    'secret list',
    'secret list --scope a --environment b',
    'secret list --scope a --backend b',
    'secret list --backend a --environment b',
    'secret list --backend a --tree',
    'secret list --backend a --host b',
    'secret list --backend A',
    'secret list --environment a --tree',
    'secret list --scope a --host b',
    'secret set KEY',
    'secret set --scope a',
    'environment rebind production b1',
    'environment bind production --scope a --map =B',
    'environment bind production --scope a --map x',
    'environment bind production --scope a --priority ten',
    'environment bind production --scope a --map x=A --map x=B',
    'environment create -x',
    'environment create a/b',
    'variable set --env a --scope b KEY',
    'variable set KEY',
    'variable set --env a KEY --locked --unlock',
    'variable set --env a not-a-name',
    'token create ci',
    'token create ci --role king',
    'token create ci --role author --label a=b',
    'token create ci --role author --lifetime 90',
    'audit list --limit 0',
    'backend update corp-vault',
    'scope list --backend a --backend b',
  ])('%s is refused with 2 and without a request', async (line) => {
    const outcome = await run(line);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/^kici-admin: usage: .+\n +\S/);
    expect(api.calls).toEqual([]);
  });
});

describe('a scope that is renamed', () => {
  it('warns of the bindings that stay behind, and of the patterns that lose it', async () => {
    const outcome = await run('scope rename a b --keep-bindings');
    expect(outcome.stderr).toBe(
      'warning: binding b1 of environment production, a, still names a\nwarning: binding b2 of environment staging, a/**, selects a and not internal:b\n',
    );
  });
});

describe('variables', () => {
  it('that were locked are overwritten with a word about it', async () => {
    expect((await run('variable set --env production WAS_LOCKED', 'v\n')).stderr).toBe(
      'WAS_LOCKED was locked, and is no longer\n',
    );
    expect((await run('variable set --env production WAS_LOCKED --locked', 'v\n')).stderr).toBe(
      'WAS_LOCKED was locked, and still is\n',
    );
    expect(JSON.parse((await run('variable set --env production WAS_LOCKED --json', 'v\n')).stdout)).toMatchObject({
      wasLocked: true,
    });
  });

  it('rehearse with their own line', async () => {
    const outcome = await run('variable set --scope production LOG_LEVEL --dry-run', 'info\n');
    expect(outcome.stdout).toBe(
      `[dry-run] would set LOG_LEVEL in environment production sha256=${await digest('info')}\n`,
    );
    expect(api.calls).toEqual([]);
  });

  it('are text: other bytes are refused before a request', async () => {
    for (const bytes of [Buffer.from([0xff, 0x41]), Buffer.from('a\0b')]) {
      const outcome = await adminInProcess(['variable', 'set', '--env', 'production', 'A'], {
        stdin: bytes,
        environment: { KICI_URL: api.url },
      });
      expect(outcome.exitCode).toBe(1);
      expect(outcome.stderr).toContain('not_text');
    }
    expect(api.calls).toEqual([]);
  });

  it('keep a byte order mark', async () => {
    await adminInProcess(['variable', 'set', '--env', 'production', 'A'], {
      stdin: '\uFEFFa',
      environment: { KICI_URL: api.url },
    });
    expect(api.calls[0]?.input).toMatchObject({ value: '\uFEFFa' });
  });
});

describe('a token', () => {
  it('stands alone on stdout, so that it can be piped', async () => {
    const outcome = await run('token create ci --role author');
    expect(outcome.stdout).toBe('kici_tok_0123456789\n');
    expect(outcome.stderr).toContain('not shown again');
    expect(outcome.stderr).not.toContain('kici_tok');
  });
});

describe('an empty list', () => {
  it('gives a pipe nothing, and the person a line', async () => {
    expect(await run('secret list --scope empty')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'no secrets in scope empty\n',
    });
  });
});

async function digest(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
}
