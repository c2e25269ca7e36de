import { expect, it } from 'vitest';
import { createTurns } from '../../../src/orchestrator/http/turns.ts';
import { codeOf, startServer } from '../support/server.ts';

const there = (): boolean => false;

it('a flood of one organization is refused beyond its line, and no other waits for it', async () => {
  const turns = createTurns({ requestsAtOnce: 4, requestsWaiting: 10 });
  const begun: string[] = [];
  const release = Promise.withResolvers<void>();
  const flood = Array.from({ length: 100 }, (_, index) =>
    turns.run('flood', there, async () => {
      begun.push(`flood ${index}`);
      await release.promise;
    }),
  );
  // At once: the others may take longer than a refusal may stay unheard.
  const settled = Promise.allSettled(flood);
  const others = ['one', 'two', 'three'].map((name) => turns.run(name, there, async () => begun.push(name)));
  await Promise.all(others);
  expect(begun).toEqual(['flood 0', 'flood 1', 'flood 2', 'flood 3', 'one', 'two', 'three']);
  release.resolve();
  const outcomes = await settled;
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(14);
  expect(begun.slice(7)).toEqual(Array.from({ length: 10 }, (_, index) => `flood ${index + 4}`));
});

it('each of several floods is served in its own order, and all of them to the end', async () => {
  const turns = createTurns({ requestsAtOnce: 2, requestsWaiting: 1_000 });
  const served = new Map<string, number[]>();
  await Promise.all(
    Array.from({ length: 600 }, (_, index) => {
      const name = `o${index % 3}`;
      return turns.run(name, there, async () => {
        served.set(name, [...(served.get(name) ?? []), index]);
        await Promise.resolve();
      });
    }),
  );
  for (const order of served.values()) {
    expect(order).toHaveLength(200);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  }
});

it('a request whose client has left while it waited is not begun, and hands on its place', async () => {
  const turns = createTurns({ requestsAtOnce: 1, requestsWaiting: 5 });
  const release = Promise.withResolvers<void>();
  const first = turns.run('o', there, () => release.promise);
  let isBegun = false;
  const gone = turns.run(
    'o',
    () => true,
    async () => {
      isBegun = true;
    },
  );
  const last = turns.run('o', there, async () => 'served');
  release.resolve();
  await first;
  await expect(gone).rejects.toMatchObject({ code: 'invalid_request' });
  expect([isBegun, await last]).toEqual([false, 'served']);
});

it('clients that have left take no place in the line from those who come', async () => {
  const turns = createTurns({ requestsAtOnce: 1, requestsWaiting: 3 });
  const release = Promise.withResolvers<void>();
  const first = turns.run('o', there, () => release.promise);
  const left = Array.from({ length: 2 }, () =>
    turns.run(
      'o',
      () => true,
      async () => 'served',
    ),
  );
  const outcomes = Promise.allSettled(left);
  const waiting = Array.from({ length: 3 }, (_, index) => turns.run('o', there, async () => index));
  await expect(turns.run('o', there, async () => 'served')).rejects.toMatchObject({ code: 'too_many_requests' });
  release.resolve();
  await first;
  expect(await Promise.all(waiting)).toEqual([0, 1, 2]);
  expect(await outcomes).toMatchObject(left.map(() => ({ reason: { code: 'invalid_request' } })));
});

it('a request is told whether it has waited', async () => {
  const turns = createTurns({ requestsAtOnce: 1, requestsWaiting: 1 });
  const told = (): Promise<boolean> => turns.run('o', there, async (hasWaited) => hasWaited);
  expect(await Promise.all([told(), told()])).toEqual([false, true]);
});

it('an effect that fails hands on its place too', async () => {
  const turns = createTurns({ requestsAtOnce: 1, requestsWaiting: 5 });
  const failing = turns.run('o', there, async () => {
    throw new Error('no');
  });
  const next = turns.run('o', there, async () => 'served');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('served');
});

it('the server answers what is too much with 429 and when to come again', async () => {
  const server = await startServer({ settings: { httpLimits: { requestsAtOnce: 0, requestsWaiting: 0 } } });
  expect(await codeOf(server.call('environments.list'))).toBe('too_many_requests');
  const answer = await fetch(`${server.url}/api/v1/orgs/default/environments`, {
    headers: { authorization: `Bearer ${server.owner}` },
  });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
});
