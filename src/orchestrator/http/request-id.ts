import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { requestIdHeader } from '../../api/request-id.ts';

/** A UUID, with or without its hyphens, as clients of ours and most proxies make them. */
const wellFormed = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

/**
 * The client's own id for the request, if it has one. Anything but a UUID is not taken: it goes into logs, audit rows
 * and requests to backends.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const { [requestIdHeader]: given } = headers;
  return typeof given === 'string' && wellFormed.test(given) ? given.toLowerCase() : randomUUID();
}
