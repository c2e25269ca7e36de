import { afterAll, beforeAll, expect, it } from 'vitest';
import { tryMatrix } from './support/access-matrix.ts';
import { narrowings } from './support/narrowings.ts';
import { startSharedServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared.stop());

/** All roles and narrowings: test/deep/access-matrix.test.ts. */
it('a token that is narrowed on one axis, or on both, does at each place what it may, and nothing else', async () => {
  const short = narrowings.filter(({ name }) => ['to environments', 'to scopes', 'to both'].includes(name));
  const { calls, allowed, wrong } = await tryMatrix(shared.server, ['owner'], short);
  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(400);
  expect(allowed).toBeGreaterThan(50);
});
