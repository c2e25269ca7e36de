import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { ApiError } from '../../api/api-error.ts';
import { answerTo } from './error-reply.ts';

// An import would load all of undici.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

const tlsFailure = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/;

/** Answers input that is no valid request, or came too slowly, and ends the connection. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  // Who could not shake hands could not read an answer either.
  if (error.code === 'ECONNRESET' || tlsFailure.test(error.code ?? '') || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, message } = problemOf(error.code);
  const body = JSON.stringify(answerTo(new ApiError('invalid_request', message), randomUUID()).body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => {
      socket.destroy();
    },
  );
}

function problemOf(code: string | undefined): { readonly status: number; readonly message: string } {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, message: 'the request did not arrive in time' };
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, message: "the request's headers are too large" };
  return { status: 400, message: 'what arrived is not an HTTP request' };
}
