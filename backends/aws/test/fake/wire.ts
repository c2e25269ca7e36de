import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from '@kici-dev/secret-backend-conformance/testing';
import { Refusal } from './refusal.ts';

export function keyOf({ headers: { authorization } }: IncomingMessage): string | undefined {
  return /Credential=([^/]+)/.exec(authorization ?? '')?.[1];
}

export function json(status: number, body: Record<string, unknown>): HttpAnswer {
  return { status, body: JSON.stringify(body), contentType: 'application/x-amz-json-1.1' };
}

/** A failure as the JSON services send it. */
export function refused(error: unknown): HttpAnswer {
  return error instanceof Refusal
    ? json(error.status, { __type: error.type, Message: error.message })
    : json(500, { __type: 'InternalFailure' });
}
