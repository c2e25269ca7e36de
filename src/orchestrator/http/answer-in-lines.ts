import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastLine, linesType, progressLine } from '../../api/answer-lines.ts';
import type { Operation } from '../../api/operation.ts';
import type { Waiter } from '../caller.ts';
import type { ErrorAnswer } from './error-reply.ts';

/** An answer that begins before it is known, where the work takes longer than a moment. */
export interface AnswerInLines extends Pick<Waiter, 'tell'> {
  /** Runs the work; where lines have been written by then, its outcome becomes the last one. */
  carry(work: () => Promise<unknown>): Promise<unknown>;
  /** From the first line on there is no other answer. */
  hasBegun(): boolean;
}

/** Shorter than the idle timeouts of proxies on the way, and of our own connections. */
const secondMs = 1_000;

/** Tells clients that accept it, and nobody else, how far the work is. */
export function answerInLines(
  { tellsProgress }: Pick<Operation, 'tellsProgress'>,
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  answerOf: (error: unknown) => Pick<ErrorAnswer, 'status' | 'body'>,
  everyMs: number = secondMs,
): AnswerInLines {
  const { raw } = reply;
  const isWanted = tellsProgress === true && headers.accept?.includes(linesType) === true;
  let hasBegun = false;
  let last = tellsProgress === true ? performance.now() : 0;
  function end(status: number, body: unknown): void {
    // Sent long ago as 200: from now on it is for those who measure and log.
    raw.statusCode = status;
    raw.end(lastLine(status, body));
  }
  return {
    tell(progress) {
      if (raw.destroyed || performance.now() - last < everyMs) return;
      last = performance.now();
      if (!isWanted) {
        // It is not the client who is silent.
        raw.socket?.setTimeout(raw.socket.timeout ?? 0);
        return;
      }
      if (!hasBegun) {
        hasBegun = true;
        reply.hijack();
        // Proxies that buffer would hold the lines back.
        for (const [name, value] of Object.entries(reply.getHeaders()))
          if (value !== undefined) raw.setHeader(name, value);
        raw.writeHead(200, {
          'content-type': linesType,
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          // No hook will see the end of it, and a connection that is kept open would keep up a server that leaves.
          connection: 'close',
        });
      }
      raw.write(progressLine(progress));
    },
    async carry(work) {
      try {
        const output = await work();
        if (hasBegun) end(200, output);
        return output;
      } catch (error) {
        if (!hasBegun) throw error;
        const { status, body } = answerOf(error);
        end(status, body);
        return undefined;
      }
    },
    hasBegun: () => hasBegun,
  };
}
