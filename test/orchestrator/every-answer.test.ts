import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/registry.ts';
import { roleNames, rolePermissions, type Role } from '../../src/api/roles.ts';
import { policySubjects } from '../../src/api/write-policy.ts';
import { ask, signIn, type Answer, type Sent } from './support/browser.ts';
import { reachOf } from './support/narrowings.ts';
import { startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
});
afterAll(() => shared.stop());

const all = Object.entries<Operation>(operations);
type Ask = (path: string, sent: Sent) => Promise<Answer>;

/** Whoever reaches the operation itself is told that it takes no such word, so nothing happens. */
const served = 'invalid_request';

async function answerTo(send: Ask, { method, path }: Operation): Promise<unknown> {
  const address = `/api/v1/orgs/default${path.replaceAll(/\{\w+\}/g, 'x')}?no-such-word=1`;
  const { json } = await send(address, { method, body: method === 'GET' || method === 'DELETE' ? undefined : '{}' });
  return json?.['error'];
}

const byToken = (token: string): Ask => {
  return (path, sent) => ask(server.url, path, { ...sent, headers: { authorization: `Bearer ${token}` } });
};

function expected(operation: Operation, role: Role, by: 'token' | 'session', policy: 'on' | 'off'): string {
  const held = rolePermissions[role];
  if (by === 'session' && !held.includes('dashboard:open')) return 'unauthenticated';
  if (!held.includes(operation.permission)) return 'permission_denied';
  if (by === 'token') return served;
  if (operation.tokenOnly === true) return 'operation_disabled';
  return operation.policyGoverned && policy === 'off' ? 'operation_disabled' : served;
}

it('every operation is answered as the registry says: to each role, by token and by session, with the policy on and off', async () => {
  const senders = await Promise.all(
    roleNames.map(async (role) => {
      const { token } = await server.call('tokens.create', { name: role, role, ...reachOf(role) });
      const session = rolePermissions[role].includes('dashboard:open')
        ? await signIn(server.url, { token })
        : undefined;
      // Whoever cannot sign in has no cookie.
      const bySession: Ask =
        session === undefined ? (path, sent) => ask(server.url, path, sent) : (path, sent) => session.ask(path, sent);
      return { role, token: byToken(token), session: bySession };
    }),
  );
  const wrong: unknown[] = [];
  const seen = new Map<string, number>();
  for (const policy of ['on', 'off'] as const) {
    if (policy === 'off') await server.call('policy.set', { disable: [...policySubjects(operations)] });
    for (const { role, ...ways } of senders)
      for (const by of ['token', 'session'] as const) {
        const answers = await Promise.all(all.map(([, operation]) => answerTo(ways[by], operation)));
        for (const [index, [id, operation]] of all.entries()) {
          const [is, should] = [answers[index], expected(operation, role, by, policy)];
          seen.set(should, (seen.get(should) ?? 0) + 1);
          if (is !== should) wrong.push({ id, role, by, policy, is, should });
        }
      }
  }
  expect(wrong).toEqual([]);
  expect([...seen.values()].reduce((sum, one) => sum + one)).toBe(all.length * roleNames.length * 4);
  expect([...seen.keys()].toSorted()).toEqual([
    'invalid_request',
    'operation_disabled',
    'permission_denied',
    'unauthenticated',
  ]);
  for (const count of seen.values()) expect(count).toBeGreaterThan(20);
});
