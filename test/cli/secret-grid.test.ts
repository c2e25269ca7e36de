import { afterEach, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';

let api: WireApi;

afterEach(async () => {
  await api.close();
});

it('puts the pages of the grid together, whatever environments come and go between them', async () => {
  const row = (key: string, ...scopes: string[]) => ({
    key,
    cells: scopes.map((scope) => ({ status: 'available' as const, backend: 'internal', scope, overrides: 0 })),
  });
  const named = (...names: string[]) => names.map((name) => ({ name, unavailable: [] }));
  api = await startWireApi({
    'resolution.grid': ({ after }) =>
      after === undefined
        ? { environments: named('dev', 'prod'), keys: [row('A', 'dev', 'prod')], total: 2, next: 'A', backends: [] }
        : { environments: named('canary', 'prod'), keys: [row('B', 'canary', 'prod')], total: 2, backends: [] },
  });
  const { stdout, exitCode } = await adminInProcess(['secret', 'grid'], { environment: { KICI_URL: api.url } });
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/\s{2,}/))).toEqual([
    ['KEY', 'DEV', 'PROD'],
    ['A', 'internal:dev', 'internal:prod'],
    ['B', 'missing', 'internal:prod'],
    [''],
  ]);
  expect(api.calls.map(({ input }) => input)).toEqual([{ limit: 500 }, { limit: 500, after: 'A', cached: true }]);
});
