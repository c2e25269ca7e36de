import fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { createEventStreams } from '../../../src/orchestrator/events/streams.ts';
import type { TokenCaller } from '../../../src/orchestrator/caller.ts';
import { registerEventStream } from '../../../src/orchestrator/http/event-stream.ts';
import { createSessionCookies } from '../../../src/orchestrator/http/session-cookie.ts';
import { connect } from '../support/raw-http.ts';

it('a client that leaves while its stream is being opened is not kept', async () => {
  const [asked, found] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const events = createEventStreams(() => ({
    sequence: 0,
    async look() {
      asked.resolve();
      await found.promise;
      return { changes: [], overflow: false };
    },
  }));
  const caller: TokenCaller = { kind: 'token', id: 't', name: 't', role: 'owner', organization: undefined };
  const authenticated = async () => ({ caller, generation: 1, turn: { startedAt: 0 } });
  const app = fastify();
  onTestFinished(async () => {
    events.endAll();
    await app.close();
  });
  const authenticator = { authenticate: authenticated, look: authenticated };
  const left = Promise.withResolvers<void>();
  app.addHook('onRequest', (request, _, done) => {
    request.raw.once('close', () => {
      left.resolve();
    });
    done();
  });
  registerEventStream(app, { authenticator, cookies: createSessionCookies({ publicUrls: [] }), events }, () => {});
  const { socket } = await connect(await app.listen({ host: '127.0.0.1', port: 0 }));
  socket.write('GET /api/v1/orgs/default/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\n\r\n');
  await asked.promise;
  expect(events.count()).toBe(1);
  socket.destroy();
  await left.promise;
  found.resolve();
  await expect.poll(() => events.count()).toBe(0);
});
