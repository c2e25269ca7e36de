import type { ServerResponse } from 'node:http';
import type { Fault } from '../harness.ts';
import { isPadded, padObject, type PaddingFault } from './padding.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Default: `application/json`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends an answer, altered by a fault. The answer already includes faults that a service itself reports
 * (`server_error`, `throttle`, `deny`, `expire`, `partial_batch`); `delay` is up to the caller.
 */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer, fault?: Fault): void {
  if (fault === 'hang') return;
  if (fault === 'reset') response.socket?.resetAndDestroy();
  else if (fault === 'half_body') sendHalf(response, answer);
  else if (fault === 'empty') send(response, { ...answer, status: 200, body: '' });
  // Contains the true answer, so that quoting the body is detected.
  else if (fault === 'garbage')
    send(response, { status: 200, body: `<html>${answer.body}</html>`, contentType: 'text/html' });
  else if (isPadded(fault)) sendPadded(response, answer, fault);
  else send(response, answer);
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  response.writeHead(answer.status, headersOf(answer)).end(answer.body);
}

function sendHalf(response: ServerResponse, answer: HttpAnswer): void {
  const { status, body } = answer;
  response.writeHead(status, { ...headersOf(answer), 'content-length': Buffer.byteLength(body) + 1 });
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.destroy());
}

function sendPadded(response: ServerResponse, answer: HttpAnswer, fault: PaddingFault): void {
  const [padding, rest] = padObject(fault, answer.body);
  response.writeHead(answer.status === 204 ? 200 : answer.status, headersOf(answer)).write(padding);
  response.end(rest);
}

function headersOf({ contentType = 'application/json', headers }: HttpAnswer): Record<string, string> {
  return { 'content-type': contentType, ...headers };
}
