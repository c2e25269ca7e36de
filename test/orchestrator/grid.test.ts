import { describe, expect, it } from 'vitest';
import { operations } from '../../src/api/registry.ts';
import { gridRows } from '../../src/api/grid-cells.ts';
import type { OperationInput, OperationOutput } from '../../src/orchestrator/handlers.ts';
import { newService } from './support/places.ts';
import { base64, codeOf, startServer, type Calls, type TestServer } from './support/server.ts';

type Grid = OperationOutput<'resolution.grid'>;

const set = ({ call }: TestServer, scope: string, key: string) =>
  call('secrets.set', { scope, key, value: base64('v') });

/** Two environments, and every state that a cell can have. */
async function installation() {
  const server = await startServer();
  const corp = newService({ 'apps SHARED': 'v', 'apps CORP_ONLY': 'v' });
  await server.call('backends.add', {
    name: 'corp',
    type: 'memory',
    settings: { address: corp.address },
    secretSettings: { password: base64('right') },
    optional: true,
  });
  await set(server, 'dev', 'SHARED');
  await set(server, 'prod', 'SHARED');
  await set(server, 'dev', 'DEV_ONLY');
  await server.call('secrets.declare', { scope: 'prod', key: 'DECLARED' });
  await server.call('environments.create', { name: 'dev', bind: ['dev'] });
  await server.call('environments.create', { name: 'prod', bind: ['prod'] });
  await server.call('bindings.add', { environment: 'prod', scope: 'corp:apps', priority: 10 });
  return { ...server, corp };
}

const rowsOf = (grid: Grid, names: readonly string[]) =>
  gridRows(operations['resolution.grid'].output.parse(grid), names);

function cell(grid: Grid, key: string, environment: string) {
  return rowsOf(grid, [environment]).find((row) => row.key === key)?.cells[0];
}

/** Compares every cell with `explain` for the same key and environment. */
async function differences(call: Calls): Promise<string[]> {
  const grid = await call('resolution.grid');
  const names = grid.environments.map(({ name }) => name);
  const wrong: string[] = [];
  for (const { key, cells } of rowsOf(grid, names))
    for (const [column, shown] of cells.entries()) {
      const environment = names[column] ?? '';
      const explained = await call('resolution.explain', { environment, key }).catch(() => undefined);
      const status = explained?.status ?? 'unavailable';
      const [winner] = explained?.candidates ?? [];
      const place = explained?.blockedBy[0] ?? winner;
      if (
        shown.status !== status ||
        shown.backend !== place?.backend ||
        shown.scope !== place?.scope ||
        shown.overrides !== Math.max(0, (explained?.candidates.length ?? 0) - 1)
      )
        wrong.push(`${key} in ${environment}: ${JSON.stringify(shown)} and ${JSON.stringify(explained)}`);
    }
  return wrong;
}

describe('the grid of an organization', () => {
  it('has a cell for each key in each environment', async () => {
    const grid = await (await installation()).call('resolution.grid');
    expect(grid.environments.map(({ name }) => name)).toEqual(['dev', 'prod']);
    expect(grid.keys.map(({ key }) => key)).toEqual(['CORP_ONLY', 'DECLARED', 'DEV_ONLY', 'SHARED']);
    expect(cell(grid, 'SHARED', 'dev')).toEqual({
      status: 'available',
      backend: 'internal',
      scope: 'dev',
      version: '1',
      overrides: 0,
    });
    expect(cell(grid, 'SHARED', 'prod')).toMatchObject({ status: 'available', backend: 'corp', overrides: 1 });
    expect(cell(grid, 'DECLARED', 'prod')).toMatchObject({ status: 'declared', backend: 'internal', scope: 'prod' });
    expect(cell(grid, 'DEV_ONLY', 'prod')).toEqual({ status: 'not_found', overrides: 0 });
    expect(grid.backends.map(({ backend, state }) => `${backend} ${state}`)).toEqual([
      'corp answered',
      'internal answered',
    ]);
  });

  it('is empty where there is no environment', async () => {
    expect(await (await startServer()).call('resolution.grid')).toEqual({
      environments: [],
      cells: [],
      keys: [],
      total: 0,
      matching: 0,
      backends: [],
    });
  });

  it('puts nothing in the place of what a backend that fails could supply (law 2)', async () => {
    const { call, corp } = await installation();
    corp.service.password = 'changed';
    const grid = await call('resolution.grid');
    expect(cell(grid, 'SHARED', 'prod')).toMatchObject({
      status: 'unavailable',
      backend: 'corp',
      code: 'unauthenticated',
    });
    expect(cell(grid, 'DEV_ONLY', 'prod')).toMatchObject({ status: 'unavailable', backend: 'corp' });
    expect(cell(grid, 'SHARED', 'dev')).toMatchObject({ status: 'available' });
    expect(grid.environments[1]?.unavailable).toMatchObject([{ backend: 'corp', code: 'unauthenticated' }]);
    expect(grid.backends).toMatchObject([{ backend: 'corp', state: 'failed' }, { backend: 'internal' }]);
  });

  it('agrees with explain in every cell, whatever fails and whoever asks', async () => {
    const server = await installation();
    const narrowed = async (narrowing: object): Promise<Calls> =>
      server.as((await server.call('tokens.create', { name: 'narrow', role: 'admin', ...narrowing })).token);
    const callers = [
      server.call,
      await narrowed({ scopes: ['prod'] }),
      await narrowed({ scopes: ['dev'], environments: ['prod'] }),
      await narrowed({ scopes: ['corp:**', 'dev'] }),
    ];
    for (const password of ['right', 'changed']) {
      server.corp.service.password = password;
      for (const call of callers) expect(await differences(call)).toEqual([]);
    }
  });

  it('shows a narrowed token its own environments, and no name or place of others', async () => {
    const server = await installation();
    const call = server.as(
      (
        await server.call('tokens.create', {
          name: 'narrow',
          role: 'admin',
          scopes: ['prod'],
          environments: ['prod'],
        })
      ).token,
    );
    const grid = await call('resolution.grid');
    expect(grid.environments.map(({ name }) => name)).toEqual(['prod']);
    expect(grid.keys.map(({ key }) => key)).toEqual(['DECLARED', 'SHARED']);
    expect(cell(grid, 'SHARED', 'prod')).toEqual({
      status: 'unavailable',
      code: 'permission_denied',
      reason: 'token_narrowed',
      overrides: 0,
    });
    expect(JSON.stringify(grid)).not.toMatch(/corp|dev/);
  });

  it('comes in pages that say how many keys there are', async () => {
    const { call } = await installation();
    const pages = [await call('resolution.grid', { limit: 3 })];
    pages.push(await call('resolution.grid', { limit: 3, after: pages[0]?.next }));
    expect(pages.map(({ keys, total, next }) => [keys.map(({ key }) => key), total, next])).toEqual([
      [['CORP_ONLY', 'DECLARED', 'DEV_ONLY'], 4, 'DEV_ONLY'],
      [['SHARED'], 4, undefined],
    ]);
    expect(await codeOf(call('resolution.grid', { limit: 1_001 }))).toBe('invalid_request');
    const middle = await call('resolution.grid', { skip: 1, limit: 2 });
    expect([middle.keys.map(({ key }) => key), middle.next]).toEqual([['DECLARED', 'DEV_ONLY'], 'DEV_ONLY']);
  });

  it('names each cell once, and no cell of another page', async () => {
    const { call } = await installation();
    for (let at = 0; at < 30; at += 1)
      await call('secrets.set', { scope: 'dev', key: `MORE_${at}`, value: base64('v') });
    const { keys, cells } = await call('resolution.grid', { key: 'more_' });
    expect(keys).toHaveLength(30);
    expect(cells.map(({ status, scope }) => `${status} ${scope}`)).toEqual(['available dev', 'not_found undefined']);
  });

  it('is filtered by name, place, state, backend and environment', async () => {
    const { call } = await installation();
    const filtered = async (filter: Partial<OperationInput<'resolution.grid'>>): Promise<unknown> => {
      const { keys, matching, total, environments } = await call('resolution.grid', filter);
      expect(matching).toBe(keys.length);
      return [keys.map(({ key }) => key).join(' '), environments.length, total];
    };
    expect(await filtered({ key: 'only' })).toEqual(['CORP_ONLY DEV_ONLY', 2, 4]);
    expect(await filtered({ key: 'apps' })).toEqual(['', 2, 4]);
    expect(await filtered({ text: 'Corp:APPS' })).toEqual(['CORP_ONLY SHARED', 2, 4]);
    expect(await filtered({ text: 'declared' })).toEqual(['DECLARED', 2, 4]);
    expect(await filtered({ state: 'overridden' })).toEqual(['SHARED', 2, 4]);
    expect(await filtered({ state: 'unset' })).toEqual(['DECLARED', 2, 4]);
    expect(await filtered({ state: 'missing' })).toEqual(['CORP_ONLY DECLARED DEV_ONLY', 2, 4]);
    expect(await filtered({ backend: 'corp', state: 'set' })).toEqual(['CORP_ONLY', 2, 4]);
    expect(await filtered({ environment: 'dev' })).toEqual(['DEV_ONLY SHARED', 1, 2]);
    expect(await filtered({ environment: 'prod', backend: 'corp', key: 'shared' })).toEqual(['SHARED', 1, 3]);
    expect(await codeOf(call('resolution.grid', { environment: 'none' }))).toBe('not_found');
  });

  it('asks a backend once for the names that several environments bind', async () => {
    const { call, corp } = await installation();
    await call('bindings.add', { environment: 'dev', scope: 'corp:apps' });
    const before = corp.service.lists;
    await call('resolution.grid');
    expect(corp.service.lists - before).toBe(1);
  });

  it('shows keys under the names that bindings give them', async () => {
    const { call } = await installation();
    await call('bindings.add', { environment: 'dev', scope: 'corp:**', prefix: 'CORP_' });
    await call('bindings.add', { environment: 'dev', scope: 'corp:apps', map: { SHARED: 'MAPPED' }, priority: 5 });
    const grid = await call('resolution.grid', { environment: 'dev' });
    expect(grid.keys.map(({ key }) => key)).toEqual(['CORP_CORP_ONLY', 'CORP_SHARED', 'DEV_ONLY', 'MAPPED', 'SHARED']);
    expect(await differences(call)).toEqual([]);
  });

  it('asks every backend again, unless what was listed a moment ago will do', async () => {
    const server = await installation();
    await server.call('resolution.grid');
    server.corp.service.password = 'changed';
    const known: Record<string, unknown> = { cached: 'true' };
    expect(cell(await server.call('resolution.grid', { ...known }), 'SHARED', 'prod')).toMatchObject({
      status: 'available',
    });
    expect(cell(await server.call('resolution.grid'), 'SHARED', 'prod')).toMatchObject({ status: 'unavailable' });
  });

  it('shows no names of before from a backend that is known to fail, for as long as it does', async () => {
    const server = await installation();
    const known: Record<string, unknown> = { cached: 'true' };
    await server.call('resolution.grid', { ...known });
    server.corp.service.password = 'changed';
    await server.call('backends.test', { name: 'corp' });
    expect(cell(await server.call('resolution.grid', { ...known }), 'SHARED', 'prod')).toMatchObject({
      status: 'unavailable',
    });
    server.corp.service.password = 'right';
    await server.call('backends.test', { name: 'corp' });
    expect(cell(await server.call('resolution.grid', { ...known }), 'SHARED', 'prod')).toMatchObject({
      status: 'available',
    });
  });
});
