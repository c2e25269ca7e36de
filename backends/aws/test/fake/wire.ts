import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import { isPadded, padObject } from '../../../../test/support/padding.ts';
import { Refusal } from './refusal.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
}

export function keyOf({ headers: { authorization } }: IncomingMessage): string | undefined {
  return /Credential=([^/]+)/.exec(authorization ?? '')?.[1];
}

export function json(status: number, body: Record<string, unknown>): Reply {
  return { status, body: JSON.stringify(body), contentType: 'application/x-amz-json-1.1' };
}

export function send(response: ServerResponse, { status, body, contentType }: Reply): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }).end(body);
}

function sendHalf(response: ServerResponse, { status, body, contentType }: Reply): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}

/** A failure as the services that speak JSON tell it. */
export function refused(error: unknown): Reply {
  return error instanceof Refusal
    ? json(error.status, { __type: error.type, Message: error.message })
    : json(500, { __type: 'InternalFailure' });
}

export function sendUnder(
  fault: Fault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): void {
  if (fault === 'reset') request.socket.resetAndDestroy();
  else if (fault === 'half_body') sendHalf(response, reply);
  else if (fault === 'empty') send(response, { ...reply, status: 200, body: '' });
  else if (isPadded(fault)) {
    const [padding, rest] = padObject(fault, reply.body);
    response.writeHead(reply.status, { 'content-type': reply.contentType }).write(padding);
    response.end(rest);
  }
  // With the true answer inside, so that whoever quotes the body is found out.
  else if (fault === 'garbage')
    send(response, { status: 200, body: `<html>${reply.body}</html>`, contentType: 'text/html' });
  else send(response, reply);
}
