import { Agent, get, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AnswerLines, linesType, progressLine, type Progress } from '../../../src/api/answer-lines.ts';
import { ApiError } from '../../../src/api/api-error.ts';
import { createExchange, type HttpAnswer } from '../../../src/api/exchange.ts';
import { answerInLines } from '../../../src/orchestrator/http/answer-in-lines.ts';
import { answerTo, type ErrorAnswer } from '../../../src/orchestrator/http/error-reply.ts';
import { followRequests } from '../../../src/orchestrator/http/follow-requests.ts';
import { createKnownConnections } from '../../../src/orchestrator/http/known-connections.ts';
import type { RequestObserver } from '../../../src/orchestrator/http/request-observer.ts';

type Tell = (progress: Progress) => void;

interface Heard extends HttpAnswer {
  readonly heard: readonly Progress[];
}

/** Asks a server whose work is this, told as often as it likes unless said otherwise. */
async function ask(work: (tell: Tell) => Promise<unknown>, accept = linesType, everyMs = 0): Promise<Heard> {
  const app = fastify();
  onTestFinished(() => app.close());
  app.get('/', async (request, reply) => {
    const answerOf = (error: unknown): ErrorAnswer => answerTo(error, request.id);
    const lines = answerInLines({ tellsProgress: true }, request, reply, answerOf, everyMs);
    const output = await lines.carry(() => work(lines.tell));
    return lines.hasBegun() ? reply : reply.send(output);
  });
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const heard: Progress[] = [];
  const answer = await createExchange(url.href)(url, {
    method: 'GET',
    headers: { accept },
    body: undefined,
    signal: undefined,
    onProgress: (progress) => {
      heard.push(progress);
    },
  });
  return { ...answer, heard };
}

const inSteps = async (tell: Tell): Promise<unknown> => {
  for (const done of [1, 2, 3]) tell({ done, of: 3 });
  return { name: 'ü\n'.repeat(50_000) };
};

describe('an answer in lines', () => {
  it('tells how far the work is, and ends with what would have been the whole answer', async () => {
    const { status, text, heard } = await ask(inSteps);
    expect(heard).toEqual([1, 2, 3].map((done) => ({ done, of: 3 })));
    expect([status, JSON.parse(text)]).toEqual([200, { name: 'ü\n'.repeat(50_000) }]);
  });

  it.each([
    ['where the client does not accept it', 'application/json', 0],
    ['where the work takes no longer than a moment', linesType, 60_000],
  ])('is a plain one %s', async (_, accept, everyMs) => {
    const { status, text, heard } = await ask(inSteps, accept, everyMs);
    expect([status, Object.keys(JSON.parse(text)), heard]).toEqual([200, ['name'], []]);
  });

  it('ends with the failure of work that had begun', async () => {
    const { status, text, heard } = await ask(async (tell) => {
      tell({ done: 1, of: 2 });
      throw new ApiError('conflict', 'half of it');
    });
    expect([status, JSON.parse(text), heard.length]).toMatchObject([409, { error: 'conflict' }, 1]);
  });

  it('or a plain one keeps its connection, which is silent because of us', async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.server.setTimeout(60_000);
    const set: number[] = [];
    app.get('/', async (request, reply) => {
      const { socket } = request.raw;
      const setIt = socket.setTimeout.bind(socket);
      socket.setTimeout = (...words) => {
        set.push(words[0]);
        return setIt(...words);
      };
      const { tell } = answerInLines({ tellsProgress: true }, request, reply, () => answerTo(undefined, ''), 0);
      await inSteps(tell);
      return {};
    });
    await fetch(await app.listen({ host: '127.0.0.1', port: 0 }));
    expect(set.slice(0, 3)).toEqual([60_000, 60_000, 60_000]);
  });

  it('has the headers that a plain one has, ends its connection, and counts as what its last line says', async () => {
    const seen: unknown[] = [];
    const logged = Promise.withResolvers<number>();
    const app = fastify({ forceCloseConnections: 'idle' });
    onTestFinished(() => app.server.closeAllConnections());
    const observer: RequestObserver = {
      begin: () => ({ run: (work) => work(), end: (status) => void seen.push(status) }),
      lined: () => undefined,
    };
    followRequests(app, observer, createKnownConnections());
    app.addHook('onResponse', async (_, reply) => {
      logged.resolve(reply.statusCode);
    });
    const gate = Promise.withResolvers<void>();
    app.get('/', async (request, reply) => {
      const answerOf = (error: unknown): ErrorAnswer => answerTo(error, request.id);
      const lines = answerInLines({ tellsProgress: true }, request, reply, answerOf, 0);
      await lines.carry(async () => {
        lines.tell({ done: 1, of: 2 });
        await gate.promise;
        throw new ApiError('conflict', 'half of it');
      });
      return reply;
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true });
    const begun = Promise.withResolvers<IncomingMessage>();
    get(url, { agent, headers: { accept: linesType } }, begun.resolve).on('error', begun.reject);
    const answer = await begun.promise;
    expect(answer.headers).toMatchObject({
      connection: 'close',
      'content-type': linesType,
      'x-request-id': expect.stringMatching(/./),
    });
    const closed = app.close();
    gate.resolve();
    expect(await textOf(answer)).toContain('"status":409');
    await closed;
    expect([await logged.promise, seen]).toEqual([409, [409]]);
  });

  it('that ends before its last line is none', () => {
    const lines = new AnswerLines(() => undefined);
    lines.add(`${progressLine({ done: 1, of: 2 })}{"status":200,"body":{}}`);
    expect(() => lines.end()).toThrow('ends within its lines');
  });
});
