import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { sendAnswer } from '@kici-dev/secret-backend-conformance/testing';
import type { Tls } from './grpc.ts';
import type { Message } from './methods.ts';
import { routes } from './protos.ts';
import { httpStatuses, RpcError } from './rpc-error.ts';
import type { FakeService, Reaction } from './service.ts';

/** JSON over HTTP/1.1, by the protocol's routes. */
export function createRestServer(service: FakeService, tls?: Tls): Server {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void serve(service, request, response).catch(() => response.destroy());
  };
  return tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
}

async function serve(service: FakeService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body = await text(request);
  const matched = match(request.method ?? 'GET', decodeURIComponent(url.pathname));
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const reaction: Reaction =
    matched === undefined
      ? { kind: 'refuse', error: new RpcError('NOT_FOUND', 'no such route') }
      : await service.handle(matched.method, toRequest(matched, url, body), headers);
  if (reaction.kind === 'refuse') refuse(response, reaction.error);
  else if (reaction.kind === 'answer')
    sendAnswer(response, { status: 200, body: toJson(reaction.message, url.searchParams.has('$alt')) });
  else sendAnswer(response, { status: 200, body: toJson(reaction.message, true) }, reaction.how);
}

interface Matched {
  readonly method: string;
  readonly body: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

function match(verb: string, path: string): Matched | undefined {
  for (const route of routes) {
    const groups = route.verb === verb ? route.pattern.exec(path) : null;
    if (groups !== null)
      return {
        method: route.method,
        body: route.body,
        fields: Object.fromEntries(route.fields.map((field, index) => [field, groups[index + 1] ?? ''])),
      };
  }
  return undefined;
}

function toRequest({ body: bodyField, fields }: Matched, url: URL, body: string): Message {
  const query = Object.fromEntries([...url.searchParams].filter(([name]) => !name.startsWith('$')));
  const parsed: unknown = body === '' ? {} : fromJson(JSON.parse(body));
  const content =
    bodyField === '*'
      ? { ...(typeof parsed === 'object' && parsed) }
      : bodyField === undefined
        ? {}
        : { [bodyField]: parsed };
  return { ...query, ...content, ...fields };
}

/** Only a version's payload has fields that JSON spells differently. */
function fromJson(value: unknown, name = ''): unknown {
  if (name === 'data' && typeof value === 'string') return Buffer.from(value, 'base64');
  if (name === 'dataCrc32c' && (typeof value === 'string' || typeof value === 'number')) return BigInt(value);
  if (Array.isArray(value)) return value.map((each) => fromJson(each));
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromJson(each, key)]))
    : value;
}

const states: Readonly<Record<string, number>> = { ENABLED: 1, DISABLED: 2, DESTROYED: 3 };

function toJson(message: Message, numericEnums: boolean): string {
  const convert = (value: unknown, name: string): unknown => {
    if (Buffer.isBuffer(value)) return value.toString('base64');
    if (typeof value === 'bigint') return String(value);
    if (name === 'state' && numericEnums) return states[String(value)];
    if (value instanceof Date) return value.toISOString();
    if (Array.isArray(value)) return value.map((each) => convert(each, ''));
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, convert(each, key)]))
      : value;
  };
  return JSON.stringify(convert(message, ''));
}

function refuse(response: ServerResponse, { code, message, retryAfterSeconds }: RpcError): void {
  const details =
    retryAfterSeconds === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }];
  sendAnswer(response, {
    status: httpStatuses[code],
    body: JSON.stringify({
      error: { code: httpStatuses[code], message, status: code, ...(details.length !== 0 && { details }) },
    }),
  });
}
