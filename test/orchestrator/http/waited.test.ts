import { stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { signIn } from '../support/browser.ts';
import { add, open } from '../support/jobs.ts';
import type { CountedService } from '../support/memory-package.ts';
import { newService } from '../support/places.ts';
import { base64, codeOf, startServer, type TestServer } from '../support/server.ts';

interface Held {
  /** Whose line moves only once it is released. */
  readonly server: TestServer;
  /** The same installation, with a line of its own. */
  readonly beside: TestServer;
  readonly release: () => Promise<void>;
}

async function startHeld(): Promise<Held & { readonly bad: { readonly id: string; readonly token: string } }> {
  const beside = await startServer();
  const server = await startServer({ settings: { dataDir: beside.dataDir, httpLimits: { requestsAtOnce: 1 } } });
  const { address, service } = newService();
  await server.call('backends.add', {
    name: 'v',
    type: 'memory',
    settings: { address },
    secretSettings: { password: base64('right') },
  });
  const bad = await server.call('tokens.create', { name: 'bad', role: 'owner' });
  const held = hold(service);
  const holder = server.call('backends.test', { name: 'v' });
  await held.reached;
  return {
    server,
    beside,
    bad,
    async release() {
      held.release();
      await holder;
    },
  };
}

it('a request that waited does nothing for a token that was revoked meanwhile', async () => {
  const { server, beside, bad, release } = await startHeld();
  const made = codeOf(server.as(bad.token)('tokens.create', { name: 'survivor', role: 'owner' }));
  await letRead(server);
  await beside.call('tokens.revoke', { id: bad.id });
  await release();
  expect(await made).toBe('unauthenticated');
  expect((await beside.call('tokens.list')).tokens.map(({ name }) => name)).not.toContain('survivor');
});

it('a request that waited heeds the policy that was switched meanwhile', async () => {
  const { server, beside, release } = await startHeld();
  const person = await signIn(server.url, { token: server.owner });
  const made = person.call('environments.create', { name: 'e' });
  await letRead(server);
  await beside.call('policy.set', { disable: ['environments.create'] });
  await release();
  const { status, json } = await made;
  expect([status, json?.['error']]).toEqual([403, 'operation_disabled']);
});

it('a job whose session ends after it has waited gets no values, in whichever part of the event loop it began', async () => {
  const server = await startServer({ settings: { httpLimits: { requestsAtOnce: 1 } } });
  const [slow, corp] = [newService(), newService({ 'apps KEY': 'v' })];
  await add(server, 'slow', slow.address);
  await add(server, 'corp', corp.address);
  await server.call('environments.create', { name: 'e', bind: ['corp:apps'] });
  const job = await open(server, 'e');
  const [before, within] = [hold(slow.service), hold(corp.service)];
  const holder = server.call('backends.test', { name: 'slow' });
  await before.reached;
  const code = codeOf(job.answerTo('KEY'));
  await letRead(server);
  // The call begins after the poll phase, and goes on in the next one.
  await new Promise((resolve) => setImmediate(resolve));
  before.release();
  await within.reached;
  await stat('.');
  server.tamper(`delete from jobs where id = '${job.opened.jobId}'`);
  within.release();
  expect(await code).toBe('session_ended');
  await holder;
});

/** Keeps requests to a service waiting. */
function hold(service: CountedService): { readonly reached: Promise<void>; release(): void } {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const request = service.request.bind(service);
  service.request = async (signal, answer) => {
    reached.resolve();
    await released.promise;
    return request(signal, answer);
  };
  return { reached: reached.promise, release: released.resolve };
}

/** What was sent before has been read by then. */
async function letRead({ url }: TestServer): Promise<void> {
  for (let count = 0; count < 5; count += 1) await (await fetch(`${url}/health/live`)).text();
}
