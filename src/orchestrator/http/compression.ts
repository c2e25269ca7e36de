import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '../../api/operation.ts';
import { sendParts, writtenInParts } from './shared-lists.ts';

/** What fits one packet takes no less time when it is shorter. */
const shortestBytes = 1_200;

const compress = promisify(gzip);

/** Whether a client takes gzip (RFC 9110, section 12.5.3). */
export function takesGzip({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const codings = (headers['accept-encoding'] ?? '').split(',');
  return codings.some((coding) => {
    const [name = '', ...parameters] = coding
      .toLowerCase()
      .split(';')
      .map((part) => part.trim());
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/** Checks an answer and sends it, compressed where the operation allows it and the client takes it. */
export function sendAnswer(
  { compressible, output }: Pick<Operation, 'compressible' | 'output'>,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: unknown,
): FastifyReply | Promise<FastifyReply> {
  const parts = compressible === true ? undefined : writtenInParts(output, answer);
  if (parts !== undefined) return parts.then((written) => sendParts(reply, written));
  const checked = output.parse(answer);
  if (compressible !== true) return reply.send(checked);
  const text = JSON.stringify(checked);
  void reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding');
  return text.length < shortestBytes || !takesGzip(request) ? reply.send(text) : sendCompressed(reply, text);
}

async function sendCompressed(reply: FastifyReply, text: string): Promise<FastifyReply> {
  const body = await compress(text, { level: constants.Z_BEST_SPEED });
  return reply.header('content-encoding', 'gzip').send(body);
}
