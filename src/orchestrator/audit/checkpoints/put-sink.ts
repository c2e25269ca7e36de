import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { BackendError, type BackendHost } from '@kici-dev/secret-backend';
import { CheckpointSinkError, sinkDeadlineMs, type CheckpointSink } from './sink.ts';

// An import would load all of undici.
const { request: plainRequest } = process.getBuiltinModule('node:http');
const { request: tlsRequest } = process.getBuiltinModule('node:https');

export interface PutSinkSettings {
  /** `https`, or `http` to this machine; its path ends with `/`. */
  readonly url: URL;
  /** The bearer token to send; asked for each time, so that a new one counts at once. */
  readonly token: (() => Promise<string>) | undefined;
  /** Refuses addresses that the server may not reach. */
  readonly resolveAddress: BackendHost['resolveAddress'];
  readonly now: () => number;
}

/** Sends each document with PUT, as object stores take it, under a name of its own. Redirects are not followed. */
export function putSink({ url, token, resolveAddress, now }: PutSinkSettings): CheckpointSink {
  return {
    async write(lines) {
      try {
        const [allowed] = await resolveAddress(url.hostname);
        if (allowed === undefined) throw new CheckpointSinkError('its name does not resolve');
        // Two orchestrators may write at the same moment.
        const name = `${new Date(now()).toISOString().replaceAll(':', '')}-${randomUUID().slice(0, 8)}.jsonl`;
        const authorization = token === undefined ? undefined : `Bearer ${await token()}`;
        const { statusCode = 0 } = await send(url, lines, {
          host: allowed.address,
          path: `${url.pathname}${name}${url.search}`,
          headers: { host: url.host, ...(authorization !== undefined && { authorization }) },
        });
        if (statusCode < 200 || statusCode > 299) throw new CheckpointSinkError(`it answered ${statusCode}`);
      } catch (error) {
        throw BackendError.is(error) ? new CheckpointSinkError(error.reason ?? error.code) : error;
      }
    },
  };
}

async function send(
  url: URL,
  lines: string,
  {
    host,
    path,
    headers,
  }: Required<Pick<RequestOptions, 'host' | 'path'>> & { readonly headers: Record<string, string> },
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const body = Buffer.from(lines);
  const options = {
    host,
    path,
    method: 'PUT',
    port: url.port,
    agent: false,
    // Whatever hangs is gone by the time that the next one is due.
    signal: AbortSignal.timeout(sinkDeadlineMs),
    headers: { ...headers, 'content-type': 'application/jsonl', 'content-length': body.length },
  };
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const sent =
    url.protocol === 'https:'
      ? tlsRequest({ ...options, ...(isIP(name) === 0 && { servername: name }) }, resolve)
      : plainRequest(options, resolve);
  sent.on('error', reject).end(body);
  const answer = await promise;
  // Nothing of the body is read: the status says it all.
  answer.destroy();
  return answer;
}
