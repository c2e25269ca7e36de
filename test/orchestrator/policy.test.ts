import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../src/api/registry.ts';
import { connect } from './support/raw-http.ts';
import { signIn, type Answer, type SignedIn } from './support/browser.ts';
import { acceptTampering, codeOf, errorOf, startServer, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let person: SignedIn;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  person = await signIn(server.url, { token: server.owner });
  await server.call('environments.create', { name: 'production', bind: ['production'] });
});
afterAll(() => shared.stop());
beforeEach(async () => {
  await server.call('policy.reset');
});

const value = 'dg==';
const secret = { scope: 'production', key: 'DB_PASSWORD' };
const outcome = ({ status, json }: Answer) => (status === 200 ? 'done' : json?.['error']);
const setAt = async (who: SignedIn) => outcome(await who.call('secrets.set', { ...secret, value }));

describe('the dashboard-write policy', () => {
  it('lets sessions do everything at first', async () => {
    expect(await setAt(person)).toBe('done');
    const { valueEntry, operations: shown } = await server.call('policy.show');
    expect(valueEntry).toBe('open');
    expect(shown.every(({ state }) => state === 'on')).toBe(true);
    expect(shown.map(({ operation }) => operation)).toEqual(
      Object.entries(operations)
        .filter(([, { policyGoverned }]) => policyGoverned)
        .map(([id]) => id),
    );
  });

  it('refuses a session, with the whole command, and leaves a row; a token is never hindered', async () => {
    await server.call('policy.set', { disable: ['secrets.set'] });
    const answer = await person.call('secrets.set', { ...secret, value });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({
      error: 'operation_disabled',
      operation: 'secrets.set',
      category: 'secrets',
      message: expect.stringContaining('policy'),
      cliEquivalent: 'kici-admin secret set --scope production DB_PASSWORD --org default',
    });
    const { rows } = await server.call('audit.list', { operation: 'secrets.set', limit: 1 });
    expect(rows[0]).toMatchObject({ phase: 'refused', result: 'operation_disabled', subject: secret });
    expect(rows[0]?.actor).toContain(`session:${person.session.id}`);
    await server.call('secrets.set', { ...secret, value });
    expect((await server.call('audit.verify')).intact).toBe(true);
    expect((await server.call('audit.verify')).openIntents).toEqual([]);
  });

  it('refuses before a body is read, whatever it would be', async () => {
    await server.call('policy.set', { disable: ['secrets.set'] });
    const { socket, text, ended } = await connect(server.url);
    socket.write(
      [
        'PUT /api/v1/orgs/default/secrets?scope=production&key=K HTTP/1.1',
        `host: ${new URL(server.url).host}`,
        `cookie: ${person.cookie}`,
        `x-kici-csrf: ${person.session.csrf}`,
        'content-type: application/json',
        'content-length: 100000',
        '',
        '{',
      ].join('\r\n'),
    );
    await ended;
    expect(text()).toMatch(/^HTTP\/1\.1 403/);
    expect(text()).toContain('operation_disabled');
  });

  it('that is switched while a body is on its way holds for that request too', async () => {
    const { socket, text, ended } = await connect(server.url);
    const body = JSON.stringify({ value });
    socket.write(
      [
        'PUT /api/v1/orgs/default/secrets?scope=production&key=LATE HTTP/1.1',
        `host: ${new URL(server.url).host}`,
        `cookie: ${person.cookie}`,
        `x-kici-csrf: ${person.session.csrf}`,
        'content-type: application/json',
        `content-length: ${body.length}`,
        'connection: close',
        '',
        body.slice(0, 1),
      ].join('\r\n'),
    );
    // Its head has been handled once a later request was.
    for (let index = 0; index < 3; index += 1) await person.call('environments.list');
    await server.call('policy.set', { disable: ['secrets.set'] });
    socket.write(body.slice(1));
    await ended;
    expect(text()).toMatch(/^HTTP\/1\.1 403/);
    const { secrets } = await server.call('secrets.list', { scope: 'production' });
    expect(secrets.map(({ key }) => key)).not.toContain('LATE');
  });

  it('with secrets.set switched off switches restoring off, and leaves names, scopes and bindings', async () => {
    await server.call('secrets.set', { ...secret, value });
    await server.call('policy.set', { disable: ['secrets.set'], enable: ['secrets.restore'] });
    expect(outcome(await person.call('secrets.restore', { ...secret, version: '1' }))).toBe('operation_disabled');
    expect(outcome(await person.call('secrets.declare', { scope: 'production', key: 'NAME' }))).toBe('done');
    expect(outcome(await person.call('secrets.delete', { scope: 'production', key: 'NAME' }))).toBe('done');
    expect(outcome(await person.call('scopes.create', { scope: 'other' }))).toBe('done');
    expect(outcome(await person.call('scopes.rename', { from: 'other', to: 'another' }))).toBe('done');
    // A new name takes no value to another store.
    expect(outcome(await person.call('scopes.rename', { from: 'another', to: 'corp:a' }))).toBe('invalid_request');
    expect(outcome(await person.call('bindings.add', { environment: 'production', scope: 'another' }))).toBe('done');
    expect(outcome(await person.call('secrets.list', { scope: 'production' }))).toBe('done');
    expect((await person.ask('/dashboard/session')).json).toMatchObject({
      valueEntry: 'off',
      policy: { 'secrets.set': 'off', 'secrets.restore': 'off', 'secrets.declare': 'on', 'policy.set': 'off' },
    });
  });

  it('is changed by category and by sensitivity too, the last word holding, and says what changes', async () => {
    const off = async () =>
      (await server.call('policy.show')).operations.flatMap(({ operation, state }) =>
        state === 'off' ? [operation] : [],
      );
    const { changes } = await server.call('policy.set', {
      disable: ['category:variables', 'sensitivity:values'],
      enable: ['variables.delete'],
    });
    expect(changes).toEqual([
      { operation: 'secrets.set', from: 'on', to: 'off' },
      { operation: 'secrets.import', from: 'on', to: 'off' },
      { operation: 'secrets.restore', from: 'on', to: 'off' },
      { operation: 'variables.set', from: 'on', to: 'off' },
    ]);
    expect(await off()).toEqual(['secrets.set', 'secrets.import', 'secrets.restore', 'variables.set']);
    await server.call('policy.set', { disable: ['category:variables'] });
    expect(await off()).toContain('variables.delete');
    const again = await server.call('policy.set', { disable: ['category:variables'] });
    expect(again.changes).toEqual([]);
    const reset = await server.call('policy.reset');
    expect(reset.changes).toHaveLength(5);
    expect(await off()).toEqual([]);
  });

  it('leaves an intent and an outcome for each operation that changes', async () => {
    await server.call('policy.set', { disable: ['secrets.set', 'variables.set'] });
    const { rows } = await server.call('audit.list', { operation: 'policy.set', limit: 10 });
    const about = (operation: string) =>
      rows.filter(({ subject }) => subject['operation'] === operation).map(({ phase, subject }) => [phase, subject]);
    for (const operation of ['secrets.set', 'secrets.restore', 'variables.set'])
      expect(about(operation)).toEqual([
        ['outcome', { operation, from: 'on', to: 'off' }],
        ['intent', { operation, from: 'on', to: 'off' }],
      ]);
  });

  it.each([
    ['nothing', {}],
    ['what there is not', { disable: ['secrets.get'] }],
    ['what it does not govern', { disable: ['policy.set'] }],
    ['what is only read', { disable: ['secrets.list'] }],
    ['a category that there is not', { enable: ['category:none'] }],
    ['one thing both ways', { disable: ['secrets.set'], enable: ['secrets.set'] }],
    ['value entry both ways', { valueEntry: 'open', disable: ['secrets.set'] }],
    ['value entry both ways', { valueEntry: 'off', enable: ['secrets.set'] }],
  ] satisfies [string, Parameters<typeof server.call<'policy.set'>>[1]][])(
    'takes nothing that says %s',
    async (_, input) => {
      expect(await codeOf(server.call('policy.set', input))).toBe('invalid_request');
    },
  );

  it('is changed by owners alone, and by no session', async () => {
    const { token } = await server.call('tokens.create', { name: 'admin', role: 'admin' });
    expect(await codeOf(server.as(token)('policy.set', { disable: ['secrets.set'] }))).toBe('permission_denied');
    for (const id of ['policy.set', 'policy.reset'] as const) {
      const answer = await person.call(id, id === 'policy.set' ? { disable: ['secrets.set'] } : {});
      expect(outcome(answer)).toBe('operation_disabled');
      expect(answer.json?.['cliEquivalent']).toBe(`${operations[id].command} --org default`);
    }
    expect(await setAt(person)).toBe('done');
  });

  it('is of one organization', async () => {
    await server.call('organizations.create', { name: 'payments' });
    await server.as(server.owner, 'payments')('policy.set', { disable: ['secrets.set'] });
    expect(await setAt(person)).toBe('done');
    const there = await person.call('secrets.set', { ...secret, value }, 'payments');
    expect(there.json?.['cliEquivalent']).toMatch(/ --org payments$/);
  });

  it('writes names into the command so that a shell takes them as they are', async () => {
    await server.call('policy.set', { disable: ['category:secrets', 'variables.delete'] });
    const command = async (...call: Parameters<SignedIn['call']>) =>
      (await person.call(...call)).json?.['cliEquivalent'];
    expect(await command('secrets.delete', { scope: 'corp:a/b', key: "it's $(x)" })).toBe(
      String.raw`kici-admin secret delete --scope corp:a/b 'it'\''s $(x)' --org default`,
    );
    expect(await command('secrets.delete', { scope: 'corp:a', key: '--yes' })).toBe(
      'kici-admin secret delete --scope corp:a --org default -- --yes',
    );
    expect(await command('secrets.set', { scope: 'corp:a', key: 'a\n\u001b[201~rm', value })).toBe(
      String.raw`kici-admin secret set --scope corp:a $'a\x0a\x1b[201~rm' --org default`,
    );
    expect(await command('variables.delete', { environment: 'production', name: 'LOG' })).toBe(
      'kici-admin variable delete --environment production LOG --org default',
    );
    const body = JSON.stringify({ ...secret, value });
    const { json } = await person.ask('/api/v1/orgs/default/secrets', { method: 'PUT', body });
    expect(json?.['cliEquivalent']).toBe('kici-admin secret set --scope SCOPE KEY --org default');
  });
});

describe('a policy that cannot be read', () => {
  it.each([
    ['was taken away', `policy = NULL`, 'tampered'],
    ['was changed', `policy = replace(policy, 'off', 'on')`, 'tampered'],
  ])('since it %s denies', async (_, change, code) => {
    const own = await startServer();
    const there = await signIn(own.url, { token: own.owner });
    await own.call('policy.set', { disable: ['variables.set'] });
    own.tamper(`UPDATE organizations SET ${change}`);
    expect(await setAt(there)).toBe('operation_disabled');
    expect(await codeOf(own.call('policy.show'))).toBe(code);
    expect(await codeOf(own.call('policy.reset'))).toBe(code);
    expect((await there.ask('/dashboard/session')).json).toMatchObject({ valueEntry: 'off' });
  });
});

it('a policy of a newer version denies, is not changed, and can be set back', async () => {
  const own = await startServer();
  const there = await signIn(own.url, { token: own.owner });
  await own.call('policy.set', { disable: ['variables.set'] });
  own.tamper(`UPDATE organizations SET policy = replace(policy, '"format":1', '"format":2')`);
  await acceptTampering(own);
  const answer = await there.call('secrets.set', { ...secret, value });
  expect(answer.json).toMatchObject({
    error: 'operation_disabled',
    message: expect.stringContaining('cannot be read'),
    cliEquivalent: 'kici-admin secret set --scope production DB_PASSWORD --org default',
  });
  expect(await codeOf(own.call('policy.show'))).toBe('unsupported');
  expect(await codeOf(own.call('policy.set', { enable: ['secrets.set'] }))).toBe('unsupported');
  const { changes } = await own.call('policy.reset');
  expect(changes.length).toBeGreaterThan(20);
  expect(await setAt(there)).toBe('done');
});

describe('a locked variable', () => {
  const at = { environment: 'production', name: 'REGION' };
  it('is changed by no session, whatever the policy says, and its environment is not deleted either', async () => {
    await server.call('variables.set', { ...at, value: 'eu', locked: true });
    await server.call('policy.set', { enable: ['variables.set', 'variables.delete'] });
    const answer = await person.call('variables.set', { ...at, value: 'us' });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({
      error: 'operation_disabled',
      operation: 'variables.set',
      category: 'variables',
      message: expect.stringContaining('REGION is locked'),
      cliEquivalent: 'kici-admin variable set --environment production REGION --org default',
    });
    for (const locked of [true, false])
      expect(outcome(await person.call('variables.set', { ...at, value: 'us', locked }))).toBe('operation_disabled');
    expect(outcome(await person.call('variables.delete', at))).toBe('operation_disabled');
    expect(outcome(await person.call('environments.delete', { environment: 'production' }))).toBe('operation_disabled');
    expect((await server.call('variables.list', { environment: 'production' })).variables).toMatchObject([
      { name: 'REGION', value: 'eu', locked: true },
    ]);
    expect(outcome(await person.call('variables.set', { ...at, name: 'OTHER', value: 'x' }))).toBe('done');
    await server.call('variables.set', { ...at, value: 'us', locked: false });
    expect(outcome(await person.call('variables.delete', at))).toBe('done');
    expect((await errorOf(server.call('environments.show', { environment: 'none' }))).code).toBe('not_found');
  });
});
