import { expect, it } from 'vitest';
import { base64, codeOf, startServer, type TestServer } from '../support/server.ts';

const soon = { timeout: 60_000 };
const ready = async ({ url }: TestServer): Promise<number> => (await fetch(`${url}/health/ready`)).status;

it('a server that can write no audit row is not ready, and is again once it can, with nobody calling', async () => {
  const server = await startServer();
  const set = () => server.call('secrets.set', { scope: 's', key: 'K', value: base64('v') });
  await set();
  expect(await ready(server)).toBe(200);
  const before = await server.call('audit.verify');
  server.tamper('alter table audit_rows rename to audit_rows_away');
  await expect.poll(() => ready(server), soon).toBe(503);
  expect(await codeOf(set())).toBe('audit_unavailable');
  server.tamper('alter table audit_rows_away rename to audit_rows');
  await expect.poll(() => ready(server), soon).toBe(200);
  await set();
  const after = await server.call('audit.verify');
  expect([before.intact, after.intact]).toEqual([true, true]);
  expect(server.rows("select * from audit_rows where organization = ''")).toEqual([]);
  expect(server.rows("select * from audit_heads where organization = ''")).toEqual([]);
});
