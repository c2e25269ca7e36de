import { afterAll, beforeAll, expect, it } from 'vitest';
import { roleNames } from '../../src/api/roles.ts';
import { tryMatrix } from '../orchestrator/support/access-matrix.ts';
import { narrowings } from '../orchestrator/support/narrowings.ts';
import { startSharedServer } from '../orchestrator/support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared.stop());

it('every role with every narrowing does at each place what it may, and nothing else', async () => {
  const { calls, allowed, wrong } = await tryMatrix(shared.server, roleNames, narrowings);
  console.log(`access matrix: ${calls} calls, ${allowed} allowed, ${calls - allowed} refused, ${wrong.length} wrong`);
  expect(wrong).toEqual([]);
}, 600_000);
