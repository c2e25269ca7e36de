import {
  createServer,
  createSecureServer,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
  type Http2Server,
} from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { decodeRequest, encodeResponse, encodeRetryInfo, hasMethod } from './protos.ts';
import { padBytes } from '@kici-dev/secret-backend-conformance/testing';
import { codes, RpcError } from './rpc-error.ts';
import type { FakeService, Reaction } from './service.ts';

const prefix = '/google.cloud.secretmanager.v1.SecretManagerService/';

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

/** gRPC on bare HTTP/2, so that it can break off anywhere. */
export function createGrpcServer(service: FakeService, tls?: Tls): Http2Server {
  const server = tls === undefined ? createServer() : createSecureServer({ ...tls });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // A client that gives up resets its stream.
    stream.on('error', () => undefined);
    void serve(service, stream, headers).catch(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  });
  return server;
}

async function serve(service: FakeService, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
  const body = await buffer(stream);
  const path = String(headers[':path']);
  const method = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  const texts = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const reaction: Reaction = hasMethod(method)
    ? await service.handle(method, decodeRequest(method, body.subarray(5)), texts)
    : { kind: 'refuse', error: new RpcError('UNIMPLEMENTED', 'no such method') };
  if (stream.destroyed) return;
  if (reaction.kind === 'refuse') refuse(stream, reaction.error);
  else if (reaction.kind === 'answer') answer(stream, frame(encodeResponse(method, reaction.message)));
  else breakOff(stream, reaction, method);
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

/** The tag of a field that holds a message: the entries of a list, or the payload of a version. */
function emptyField(method: string): number {
  return method.startsWith('List') ? 0x0a : 0x12;
}

const responseHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };

function answer(stream: ServerHttp2Stream, ...frames: readonly Buffer[]): void {
  stream.respond(responseHeaders, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  for (const each of frames) stream.write(each);
  stream.end();
}

/** Trailers only, as Google's front ends refuse. */
function refuse(stream: ServerHttp2Stream, { code, message, retryAfterSeconds }: RpcError): void {
  stream.respond(
    {
      ...responseHeaders,
      'grpc-status': String(codes[code]),
      'grpc-message': encodeURI(message),
      ...(retryAfterSeconds !== undefined && {
        'grpc-status-details-bin': encodeRetryInfo(codes[code], message, retryAfterSeconds).toString('base64'),
      }),
    },
    { endStream: true },
  );
}

function breakOff(
  stream: ServerHttp2Stream,
  { how, message }: Extract<Reaction, { kind: 'break' }>,
  method: string,
): void {
  const encoded = encodeResponse(method, message);
  const whole = frame(encoded);
  switch (how) {
    case 'hang':
      return;
    case 'reset':
      stream.session?.socket.destroy();
      return;
    case 'half_body':
      stream.respond(responseHeaders);
      stream.write(whole.subarray(0, Math.ceil(whole.byteLength / 2)), () => stream.session?.destroy());
      return;
    case 'garbage':
      answer(stream, frame(Buffer.from('<html>no protocol buffer</html>')));
      return;
    case 'empty':
      answer(stream);
      return;
    case 'flood':
    case 'swarm':
      // Puts an empty message before the true one: in a list one more entry, elsewhere a field that is set again.
      answer(stream, frame(Buffer.concat([padBytes(how, Buffer.from([emptyField(method), 0])), encoded])));
      return;
  }
}
