import { describe, expect, it } from 'vitest';
import type { OperationInput, OperationOutput } from '../../src/orchestrator/handlers.ts';
import { newService } from './support/places.ts';
import { base64, codeOf, startServer } from './support/server.ts';

type Preview = OperationOutput<'resolution.preview'>;
type Asked = Partial<Omit<OperationInput<'resolution.preview'>, 'environment'>>;

const environment = 'production';

async function installation() {
  const server = await startServer();
  const { call } = server;
  const set = (scope: string, key: string) => call('secrets.set', { scope, key, value: base64('v') });
  const corp = newService({ 'apps SHARED': 'v', 'apps CORP_ONLY': 'v' });
  await call('backends.add', {
    name: 'corp',
    type: 'memory',
    settings: { address: corp.address },
    secretSettings: { password: base64('right') },
    optional: true,
  });
  for (const scope of ['low', 'high']) await set(scope, 'SHARED');
  await set('low', 'LOW_ONLY');
  await set('high', 'HIGH_ONLY');
  await call('secrets.declare', { scope: 'high', key: 'DECLARED' });
  await call('environments.create', { name: environment, bind: ['low'] });
  const [low] = (await call('environments.show', { environment })).bindings;
  const preview = (asked: Asked) => call('resolution.preview', { environment, ...asked });
  return { ...server, corp, set, preview, low: low?.id ?? '' };
}

const summary = ({ changes }: Preview): readonly string[] =>
  changes.map(({ key, change, before, after }) =>
    [key, change, before?.scope ?? '', after?.status === 'unavailable' ? after.code : (after?.scope ?? '')].join(' '),
  );

describe('a preview of a change of bindings', () => {
  it('tells which keys appear and which get another supplier, and stores nothing', async () => {
    const { preview, call } = await installation();
    const answer = await preview({ scope: 'high', priority: 5 });
    expect(summary(answer)).toEqual(['DECLARED appears  high', 'HIGH_ONLY appears  high', 'SHARED winner low high']);
    expect(answer).toMatchObject({ unchanged: 1, unavailable: [] });
    expect((await call('environments.show', { environment })).bindings).toHaveLength(1);
    expect((await call('audit.list', { operation: 'resolution.preview' })).rows).toEqual([]);
  });

  it('tells which keys vanish, are renamed or stay', async () => {
    const { preview, low } = await installation();
    expect(summary(await preview({ id: low, remove: true }))).toEqual([
      'LOW_ONLY vanishes low ',
      'SHARED vanishes low ',
    ]);
    expect(summary(await preview({ id: low, prefix: 'P_' }))).toEqual([
      'LOW_ONLY vanishes low ',
      'P_LOW_ONLY appears  low',
      'P_SHARED appears  low',
      'SHARED vanishes low ',
    ]);
    expect(summary(await preview({ id: low, map: '{"LOW_ONLY":"SHARED"}' }))).toEqual([
      'LOW_ONLY vanishes low ',
      'SHARED winner low low',
    ]);
    expect(await preview({ id: low, priority: 3 })).toMatchObject({ changes: [], unchanged: 2 });
  });

  it('shows that keys become unavailable behind what cannot be asked, and promises no other supplier (law 2)', async () => {
    const { preview, corp } = await installation();
    corp.service.password = 'changed';
    const answer = await preview({ scope: 'corp:apps', priority: 5 });
    expect(answer.changes.map(({ key, change, after }) => [key, change, after?.status, after?.backend])).toEqual([
      ['LOW_ONLY', 'status', 'unavailable', 'corp'],
      ['SHARED', 'status', 'unavailable', 'corp'],
    ]);
    expect(answer.unavailable).toMatchObject([{ backend: 'corp' }]);
  });

  it('says of a binding for other hosts why it selects nothing, and shows it as for one of them', async () => {
    const { preview } = await installation();
    const gpu = { scope: 'high', host: 'gpu-*', priority: 5 };
    expect(await preview(gpu)).toMatchObject({ changes: [], idle: "the agent's host does not match gpu-*" });
    const asHost = await preview({ ...gpu, asHost: 'gpu-7' });
    expect(asHost.idle).toBeUndefined();
    expect(asHost.changes).toHaveLength(3);
  });

  it('is what happens when the change is made', async () => {
    const { preview, call, low } = await installation();
    const keys = async () =>
      new Map(
        (await call('resolution.catalogue', { environment })).secrets.map((one) => [
          one.key,
          `${one.backend}:${one.scope}`,
        ]),
      );
    const change = { scope: 'corp:apps', priority: 5 };
    const [told, before] = [await preview(change), await keys()];
    await call('bindings.add', { environment, ...change });
    const after = await keys();
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (key) => before.get(key) !== after.get(key),
    );
    expect(told.changes.map(({ key }) => key)).toEqual(changed.toSorted());
    const back = await preview({ id: low, scope: 'high' });
    expect(back.changes.map(({ key }) => key)).toEqual(['DECLARED', 'HIGH_ONLY', 'LOW_ONLY']);
  });

  it('refuses what the change itself would be refused', async () => {
    const { preview, low } = await installation();
    expect(await codeOf(preview({ scope: 'nowhere:a' }))).toBe('not_found');
    expect(await codeOf(preview({ scope: 'a//b' }))).toBe('invalid_request');
    expect(await codeOf(preview({}))).toBe('invalid_request');
    expect(await codeOf(preview({ id: 'none', priority: 1 }))).toBe('not_found');
    expect(await codeOf(preview({ id: low, remove: true, priority: 1 }))).toBe('invalid_request');
    expect(await codeOf(preview({ id: low, map: '{"a":1}' }))).toBe('invalid_request');
    expect(await codeOf(preview({ id: low, prefix: 'A_', map: '{"a":"B"}' }))).toBe('invalid_request');
  });

  it('shows a narrowed token its own scopes alone (law 11)', async () => {
    const server = await installation();
    await server.call('bindings.add', { environment, scope: 'high', priority: -5 });
    const { token } = await server.call('tokens.create', {
      name: 'narrow',
      role: 'admin',
      scopes: ['low'],
      environments: [environment],
    });
    const narrowed = server.as(token);
    const { changes } = await narrowed('resolution.preview', { environment, id: server.low, remove: true });
    expect(changes.map(({ key, after }) => [key, after?.backend])).toEqual([
      ['LOW_ONLY', undefined],
      ['SHARED', undefined],
    ]);
    expect(await codeOf(narrowed('resolution.preview', { environment, scope: 'high' }))).toBe('permission_denied');
  });
});

describe('two who change the same binding', () => {
  it('do not overwrite each other unseen: the later one is refused, and nothing is changed', async () => {
    const { call, low } = await installation();
    const [shown] = (await call('environments.show', { environment })).bindings;
    const expectedVersion = shown?.version ?? '';
    const changed = await call('bindings.update', { environment, id: low, priority: 7, expectedVersion });
    expect(changed.version).not.toBe(expectedVersion);
    expect(await codeOf(call('bindings.update', { environment, id: low, priority: 9, expectedVersion }))).toBe(
      'conflict',
    );
    expect(await codeOf(call('bindings.remove', { environment, id: low, expectedVersion }))).toBe('conflict');
    expect((await call('environments.show', { environment })).bindings).toMatchObject([{ priority: 7 }]);
    await call('bindings.remove', { environment, id: low, expectedVersion: changed.version });
  });

  it('get the same version for the same binding, and none of another', async () => {
    const { call, low } = await installation();
    const versions = [];
    for (const priority of [1, 2, 1])
      versions.push((await call('bindings.update', { environment, id: low, priority })).version);
    expect(versions[0]).toBe(versions[2]);
    expect(versions[0]).not.toBe(versions[1]);
  });
});
