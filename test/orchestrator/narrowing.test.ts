import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/api/roles.ts';
import { add, open } from './support/jobs.ts';
import { newService } from './support/places.ts';
import {
  acceptTampering,
  codeOf,
  errorOf,
  startServer,
  startSharedServer,
  type Calls,
  type TestServer,
} from './support/server.ts';

/** `team/a` and the environment `mine` lie within the narrowings below; everything else has `hidden` in its name. */
async function installation(): Promise<TestServer> {
  const server = await startServer();
  const { address } = newService({ 'hidden/apps HIDDEN_KEY': 'v', 'hidden/apps BOTH': 'v' });
  await add(server, 'hidden-corp', address, { optional: true, settings: { address, consistency: 'eventual' } });
  for (const [scope, key] of [
    ['team/a', 'OWN'],
    ['team/a', 'BOTH'],
    ['team/hidden', 'HIDDEN_ONLY'],
  ] as const)
    await server.call('secrets.set', { scope, key, value: 'dg==' });
  await server.call('environments.create', { name: 'mine', bind: ['team/a', 'team/hidden', 'team/hidden-empty'] });
  for (const scope of ['hidden-corp:hidden/apps', 'hidden-corp:hidden/**', '*:hidden/more'])
    await server.call('bindings.add', { environment: 'mine', scope, priority: 10 });
  await server.call('environments.create', { name: 'hidden-environment', bind: ['team/hidden'] });
  await server.call('tokens.create', { name: 'hidden-token', role: 'author', scopes: ['team/hidden'] });
  return server;
}

const scopes = ['team/a/**'];
/** In its query form. */
const below: object = { tree: 'true' };
const environments = ['mine'];

async function narrowed(server: TestServer, narrowing: object, role: Role = 'owner'): Promise<Calls> {
  return server.as((await server.call('tokens.create', { name: 'narrow', role, ...narrowing })).token);
}

describe('what a token that is narrowed to scopes and environments is shown', () => {
  it('names nothing that lies outside', async () => {
    const server = await installation();
    const call = await narrowed(server, { scopes, environments });
    const environment = 'mine';
    const answers = {
      environments: await call('environments.list'),
      environment: await call('environments.show', { environment }),
      catalogue: await call('resolution.catalogue', { environment }),
      own: await call('resolution.explain', { environment, key: 'OWN' }),
      outside: { ...(await call('resolution.explain', { environment, key: 'HIDDEN_ONLY' })), key: '' },
      mistyped: { ...(await call('resolution.explain', { environment, key: 'HIDDEN_ONL' })), key: '' },
      competing: (await errorOf(call('resolution.explain', { environment, key: 'BOTH' }))).message,
      check: await call('resolution.check', { environment }),
      scopes: await call('scopes.list'),
      secrets: await call('secrets.list', { scope: 'team', ...below }),
      backends: await call('backends.list'),
      tokens: await call('tokens.list'),
    };
    for (const [name, answer] of Object.entries(answers))
      expect(`${name} ${JSON.stringify(answer)}`).not.toMatch(/hidden/i);
    expect(answers.environments.environments).toMatchObject([{ name: 'mine', bindings: 1 }]);
    expect(answers.environment.bindings.map(({ scope }) => scope)).toEqual(['team/a']);
    expect(answers.catalogue.secrets.map(({ key }) => key)).toEqual(['OWN']);
    expect(answers.own.status).toBe('available');
    expect(answers.tokens.tokens.map(({ name }) => name)).toEqual(['narrow']);
  });

  it('opens jobs that know keys from outside by name alone, and not where they are', async () => {
    const server = await installation();
    const job = await open(server, 'mine', await narrowed(server, { scopes, environments }));
    const places = job.opened.catalogue.map(({ key, backend, scope, status }) => [key, status, `${backend}:${scope}`]);
    expect(places).toContainEqual(['OWN', 'available', 'internal:team/a']);
    expect(places).toContainEqual(['HIDDEN_ONLY', 'unavailable', ':']);
    expect(JSON.stringify(places.map(([, , place]) => place))).not.toContain('hidden');
    const refused = await job.read('HIDDEN_ONLY', 'BOTH', 'HIDDEN_KEY');
    expect(refused.map(({ status }) => status)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(JSON.stringify(refused.map((one) => ({ ...one, key: '' })))).not.toContain('hidden');
  });

  it('names nothing that lies outside when a backend there fails, either', async () => {
    const server = await installation();
    await server.call('backends.update', { name: 'hidden-corp', optional: false });
    server.tamper(`update backends set settings = '{"address":"not an address"}', generation = generation + 1`);
    server.tamper('update organizations set generation = generation + 1');
    await acceptTampering(server);
    const call = await narrowed(server, { scopes, environments });
    const refused = await errorOf(open(server, 'mine', call));
    expect(refused.code).toBe('backend_unavailable');
    expect(`${refused.message} ${refused.hint}`).not.toContain('hidden');
    expect(JSON.stringify(await call('resolution.check', { environment: 'mine' }))).not.toContain('hidden');
    expect(JSON.stringify(await call('resolution.catalogue', { environment: 'mine' }))).not.toContain('hidden');
    expect((await errorOf(server.call('jobs.open', jobIn('mine')))).message).toContain('hidden-corp');
  });

  it('is the same whether or not what is refused exists', async () => {
    const server = await installation();
    const call = await narrowed(server, { scopes, environments });
    const { bindings } = await server.call('environments.show', { environment: 'mine' });
    const hidden = bindings.find(({ scope }) => scope === 'team/hidden');
    const token = (await server.call('tokens.list')).tokens.find(({ name }) => name === 'hidden-token');
    const id = 'there-is-no-such-id';
    const pairs: readonly (readonly [string, Promise<unknown>, Promise<unknown>])[] = [
      ['environment', ...twice('hidden-environment', (environment) => call('environments.show', { environment }))],
      ['new environment', ...twice('hidden-environment', (name) => call('environments.create', { name }))],
      ['variables', ...twice('hidden-environment', (environment) => call('variables.list', { environment }))],
      ['scope', ...twice('team/hidden', (scope) => call('secrets.list', { scope }))],
      ['tree', ...twice('team/hidden', (scope) => call('secrets.list', { scope, ...below }))],
      ['secret', ...twice('team/hidden', (scope) => call('secrets.versions', { scope, key: 'HIDDEN_ONLY' }))],
      ['scope elsewhere', ...twice('hidden-corp:x', (scope) => call('secrets.list', { scope }))],
      ['backend', ...twice('hidden-corp', (name) => call('backends.show', { name }))],
      ['scopes of a backend', ...twice('hidden-corp', (backend) => call('scopes.list', { backend }))],
      ['binding', ...twice(hidden?.id ?? '', (one) => call('bindings.remove', { environment: 'mine', id: one }), id)],
      [
        'change of a binding',
        ...twice(hidden?.id ?? '', (one) => call('bindings.update', { environment: 'mine', id: one, priority: 1 }), id),
      ],
      ['token', ...twice(token?.id ?? '', (one) => call('tokens.revoke', { id: one }), id)],
    ];
    for (const [name, existing, missing] of pairs) {
      const [one, other] = [await errorOf(existing), await errorOf(missing)];
      expect(`${name} ${one.code}`).toBe(`${name} permission_denied`);
      const plain = (text: string): string =>
        text.replaceAll(/hidden|absent|[0-9a-f]{8}-[0-9a-f-]{27}|there-is-no-such-id/g, '…');
      expect(plain(`${one.code} ${one.message} ${one.hint}`)).toBe(
        plain(`${other.code} ${other.message} ${other.hint}`),
      );
    }
    const explained = async (key: string) => ({
      ...(await call('resolution.explain', { environment: 'mine', key })),
      key,
    });
    expect({ ...(await explained('HIDDEN_ONLY')), key: '' }).toEqual({ ...(await explained('NOWHERE')), key: '' });
  });
});

/** The same call for something that exists and something that does not. */
function twice(
  name: string,
  call: (name: string) => Promise<unknown>,
  missing: string = name.replace('hidden', 'absent'),
): [Promise<unknown>, Promise<unknown>] {
  const attempts: [Promise<unknown>, Promise<unknown>] = [call(name), call(missing)];
  for (const attempt of attempts) attempt.catch(() => undefined);
  return attempts;
}

function jobIn(environment: string) {
  return { environment, workflow: 'w', job: 'j', agentPublicKey: Buffer.alloc(32, 9).toString('base64') };
}

describe('a refusal', () => {
  it('says which axis the token does not name, or how far it goes on it', async () => {
    const server = await installation();
    const byEnvironment = await narrowed(server, { environments });
    const byScope = await narrowed(server, { scopes });
    const both = await narrowed(server, { scopes, environments });
    const bind = { environment: 'mine', scope: 'team/a' };
    const message = async (call: Promise<unknown>): Promise<string> => (await errorOf(call)).message;
    expect(await message(byEnvironment('bindings.add', bind))).toMatch(/narrowed to environments and names no scopes/);
    expect(await message(byScope('bindings.add', bind))).toMatch(/narrowed to scopes and names no environments/);
    expect(await message(both('bindings.add', { ...bind, scope: '*:**' }))).toMatch(/other scopes than \*:\*\*/);
    expect(await message(both('variables.set', { environment: 'theirs', name: 'A', value: '' }))).toMatch(
      /other environments than theirs/,
    );
    await both('bindings.add', bind);
  });

  it('of a change leaves its trace in the audit log', async () => {
    const server = await installation();
    const call = await narrowed(server, { environments });
    expect(await codeOf(call('bindings.add', { environment: 'mine', scope: '**' }))).toBe('permission_denied');
    expect((await server.call('audit.list', { limit: 1 })).rows).toMatchObject([
      { phase: 'outcome', operation: 'bindings.add', result: 'permission_denied', subject: { scope: '**' } },
    ]);
  });
});

describe('a token issues none that goes further than itself', () => {
  let shared: Awaited<ReturnType<typeof startSharedServer>>;
  beforeAll(async () => {
    shared = await startSharedServer();
  });
  afterAll(() => shared.stop());

  const agent = { id: 'seven', host: 'build-7', labels: { zone: 'eu' } };
  it.each<[string, object, object, boolean]>([
    ['from scopes to fewer', { scopes }, { scopes: ['team/a/x', 'team/a/y/**'] }, true],
    ['from scopes to others', { scopes }, { scopes: ['team/b'] }, false],
    ['from scopes to more', { scopes }, { scopes: ['team/a/**', 'team/b'] }, false],
    ['from scopes to every backend', { scopes: ['**'] }, { scopes: ['*:**'] }, false],
    ['from every backend to one', { scopes: ['*:**'] }, { scopes: ['corp:x/**'] }, true],
    ['from scopes to none named', { scopes }, {}, false],
    ['from scopes to environments', { scopes }, { environments }, false],
    ['from scopes to both', { scopes }, { scopes, environments }, false],
    ['from environments to both', { environments }, { scopes: ['**'], environments }, false],
    ['from environments to more', { environments }, { environments: ['mine', 'theirs'] }, false],
    ['from environments to the same', { environments }, { environments }, true],
    ['from both to one', { scopes, environments }, { environments }, false],
    ['from both to both', { scopes, environments }, { scopes, environments }, true],
    ['from both to nothing at all', { scopes, environments }, { scopes: [], environments: [] }, true],
    ['with facts of an agent, from narrowed', { environments }, { environments, agent }, false],
    ['with the same facts', { agent }, { agent }, true],
    ['with another host', { agent }, { agent: { ...agent, host: 'build-8' } }, false],
    ['with another label', { agent }, { agent: { ...agent, labels: { zone: 'us' } } }, false],
    ['with another id', { agent }, { agent: { ...agent, id: 'eight' } }, false],
    ['without the facts', { agent }, {}, false],
    ['with facts, from a token of all', {}, { agent }, true],
  ])('%s', async (_, own, other, allowed) => {
    const call = await narrowed(shared.server, own, 'admin');
    const issued = call('tokens.create', { name: 'child', role: 'author', ...other });
    if (allowed) expect((await issued).name).toBe('child');
    else expect(await codeOf(issued)).toBe('permission_denied');
  });
});
