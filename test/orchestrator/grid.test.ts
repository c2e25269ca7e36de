import { describe, expect, it } from 'vitest';
import type { OperationOutput } from '../../src/orchestrator/handlers.ts';
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

function cell(grid: Grid, key: string, environment: string) {
  const column = grid.environments.findIndex(({ name }) => name === environment);
  return grid.keys.find((row) => row.key === key)?.cells[column];
}

/** Compares every cell with `explain` for the same key and environment. */
async function differences(call: Calls): Promise<string[]> {
  const grid = await call('resolution.grid');
  const wrong: string[] = [];
  for (const { key, cells } of grid.keys)
    for (const [column, shown] of cells.entries()) {
      const environment = grid.environments[column]?.name ?? '';
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
      keys: [],
      total: 0,
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
});
