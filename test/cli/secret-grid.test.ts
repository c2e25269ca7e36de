import { afterEach, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';

let api: WireApi;

afterEach(async () => {
  await api.close();
});

it('puts the pages of the grid together, whatever environments come and go between them', async () => {
  const cells = ['dev', 'prod', 'canary'].map((scope) => ({
    status: 'available' as const,
    backend: 'internal',
    scope,
    overrides: 0,
  }));
  const page = (names: readonly string[], key: string, numbers: number[]) => ({
    environments: names.map((name) => ({ name, unavailable: [] })),
    cells,
    keys: [{ key, cells: numbers }],
    total: 2,
    matching: 2,
    backends: [],
  });
  api = await startWireApi({
    'resolution.grid': ({ after }) =>
      after === undefined
        ? { ...page(['dev', 'prod'], 'A', [0, 1]), next: 'A' }
        : page(['canary', 'prod'], 'B', [2, 1]),
  });
  const { stdout, exitCode } = await adminInProcess(['secret', 'grid'], { environment: { KICI_URL: api.url } });
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/\s{2,}/))).toEqual([
    ['KEY', 'DEV', 'PROD'],
    ['A', 'internal:dev', 'internal:prod'],
    ['B', 'missing', 'internal:prod'],
    [''],
  ]);
  expect(api.calls.map(({ input }) => input)).toEqual([
    { skip: 0, limit: 500 },
    { skip: 0, limit: 500, after: 'A', cached: true },
  ]);
});
