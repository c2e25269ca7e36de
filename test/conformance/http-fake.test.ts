import { faults, type Fault } from '@kici-dev/secret-backend-conformance';
import { startHttpFake } from '@kici-dev/secret-backend-conformance/testing';
import { expect, it } from 'vitest';

const refusal = (status: number) => ({ status, body: '' });
const open = () =>
  startHttpFake({
    answer: ({ body }) => ({ status: 200, body: JSON.stringify({ said: body, all: ['first', 'second'] }) }),
    refusals: { server_error: refusal(503), throttle: refusal(429), deny: refusal(403), expire: refusal(401) },
    withoutFirst: (answer) => ({ ...answer, body: answer.body.replace('"first",', '') }),
    isSignIn: ({ url }) => url.pathname === '/sign-in',
  });

const whole = '{"said":"hello","all":["first","second"]}';
/** What a client sees of each fault. */
const seen: Readonly<Record<Fault, string | RegExp>> = {
  delay: `200 ${whole}`,
  hang: 'nothing',
  reset: 'nothing',
  half_body: 'nothing',
  server_error: '503 ',
  throttle: '429 ',
  deny: '403 ',
  expire: '401 ',
  garbage: `200 <html>${whole}</html>`,
  empty: '200 ',
  partial_batch: '200 {"said":"hello","all":["second"]}',
  flood: /^200 \{"padding":.*"all":\["first","second"\]\}$/,
  swarm: /^200 \{"padding":.*"all":\["first","second"\]\}$/,
};

it.each(faults)('an HTTP stand-in plays the fault %s once, and then answers', async (fault) => {
  const fake = await open();
  const ask = async (path = '/'): Promise<string> => {
    try {
      const signal = AbortSignal.timeout(fault === 'hang' ? 200 : 10_000);
      const answer = await fetch(fake.address + path, { method: 'POST', body: 'hello', signal });
      return `${answer.status} ${await answer.text()}`;
    } catch {
      return 'nothing';
    }
  };
  try {
    fake.faults.set(fault, 1);
    expect(await ask('/sign-in')).toBe(`200 ${whole}`);
    const first = await ask();
    // Compared by hand, since a failure would print 30 MB.
    const expected = seen[fault];
    expect(typeof expected === 'string' ? first === expected : expected.test(first)).toBe(true);
    expect(await ask()).toBe(`200 ${whole}`);
    expect([fake.count(), fake.requests.length]).toEqual([2, 3]);
  } finally {
    await fake.stop();
  }
});
