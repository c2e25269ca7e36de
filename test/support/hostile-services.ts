import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { gcpDefinition } from '@kici-dev/secret-backend-gcp';
import { ssmDefinition } from '@kici-dev/secret-backend-ssm';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { SecretValue, type BackendDefinition, type Settings } from '@kici-dev/secret-backend';
import { defaultHostPolicy, openBackend, type HostedBackend } from '@kici-dev/secret-federation';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { hostileShapes } from './hostile-shapes.ts';

/** A backend whose service answers everything but a sign-in as the test says. */
export interface HostileService {
  readonly backend: HostedBackend;
  close(): Promise<void>;
}

export interface Attack {
  readonly name: string;
  open(): Promise<HostileService>;
}

/** Every way in which a service of each type can answer a read or a list with this many bytes. */
export function attacks(bytes: number): readonly Attack[] {
  const overJson = Object.entries(hostileShapes).flatMap(([shape, make]) =>
    Object.entries(jsonServices).map(([service, open]): Attack => ({
      name: `${service}: ${shape}`,
      open: () => open(make(bytes)),
    })),
  );
  const overGrpc = Object.entries(grpcMessages).map(([shape, make]): Attack => ({
    name: `gcp grpc: ${shape}`,
    open: () => openGrpc(make(bytes)),
  }));
  return [...overJson, ...overGrpc];
}

const jsonServices: Readonly<Record<string, (json: string) => Promise<HostileService>>> = {
  vault: (json) =>
    openJson(
      json,
      (request) =>
        request.url?.includes('list=true') === true
          ? ['{"data":{"keys":', '}}']
          : request.url?.startsWith('/v1/auth/') === true
            ? '{"data":{"ttl":0}}'
            : ['{"data":{"data":{"K":', '},"metadata":{"version":1}}}'],
      (address) => [vaultDefinition, { address, 'auth.token': SecretValue.fromText('token'), kvVersion: '2' }],
    ),
  aws: (json) =>
    openJson(
      json,
      (request) =>
        request.headers['x-amz-target'] === 'secretsmanager.ListSecrets'
          ? ['{"SecretList":', '}']
          : [
              `{"Name":"apps/K","ARN":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/K-AbCdEf","VersionId":"${'v'.repeat(32)}","SecretString":`,
              '}',
            ],
      (endpoint) => [
        awsDefinition,
        {
          region: 'eu-central-1',
          endpoint,
          'auth.accessKeyId': 'AKIAHOSTILE',
          'auth.secretAccessKey': SecretValue.fromText('key'),
        },
      ],
    ),
  ssm: (json) =>
    openJson(
      json,
      (request) =>
        request.headers['x-amz-target'] === 'AmazonSSM.DescribeParameters'
          ? ['{"Parameters":', '}']
          : ['{"Parameter":{"Name":"/apps/K","Version":1,"Value":', '}}'],
      (endpoint) => [
        ssmDefinition,
        {
          region: 'eu-central-1',
          endpoint,
          'auth.accessKeyId': 'AKIAHOSTILE',
          'auth.secretAccessKey': SecretValue.fromText('key'),
        },
      ],
    ),
  'gcp rest': (json) =>
    openJson(
      json,
      (request) =>
        request.url?.includes('/secrets?') === true
          ? ['{"secrets":', '}']
          : ['{"name":"projects/1/secrets/apps--K/versions/1","payload":{"data":', '}}'],
      (endpoint) => [gcpDefinition, gcpSettings(endpoint, 'rest')],
    ),
};

/** Protocol Buffers answers, the same for a list and a read. */
const grpcMessages: Readonly<Record<string, (bytes: number) => GrpcAnswer>> = {
  'many empty entries': (bytes) => plain(Buffer.alloc(bytes, Buffer.from([0x0a, 0x00]))),
  'many empty payloads': (bytes) => plain(Buffer.alloc(bytes, Buffer.from([0x12, 0x00]))),
  'many labels of one secret': (bytes) => plain(entry(0x0a, Buffer.alloc(bytes, Buffer.from([0x22, 0x00])))),
  'many checksums of one payload': (bytes) => plain(entry(0x12, Buffer.alloc(bytes, Buffer.from([0x10, 0x01])))),
  'many unknown fields': (bytes) => plain(Buffer.alloc(bytes, Buffer.from([0x78, 0x00]))),
  'one long name': (bytes) => plain(entry(0x0a, entry(0x0a, Buffer.alloc(bytes, 'x')))),
  'towers of groups': (bytes) => plain(Buffer.alloc(bytes, 0x7b)),
  'what decompresses to a thousand times as much': (bytes) => ({
    encoding: 'gzip',
    frame: frame(gzipSync(Buffer.alloc(bytes * 50, Buffer.from([0x0a, 0x00]))), 1),
  }),
};

interface GrpcAnswer {
  readonly encoding?: string;
  readonly frame: Buffer;
}

function plain(message: Buffer): GrpcAnswer {
  return { frame: frame(message, 0) };
}

function frame(message: Buffer, isCompressed: 0 | 1): Buffer {
  const head = Buffer.alloc(5);
  head[0] = isCompressed;
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

function entry(tag: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.byteLength; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) return Buffer.concat([Buffer.from([tag, ...length]), content]);
  }
}

/** @param around what precedes and follows the hostile JSON, or another answer */
async function openJson(
  json: string,
  around: (request: IncomingMessage) => readonly [string, string] | string,
  configure: (address: string) => readonly [BackendDefinition, Settings],
): Promise<HostileService> {
  // Encoded beforehand, since the server is part of the observed process.
  const bytes = Buffer.from(json);
  const server = createServer((request, response) => {
    request.resume();
    response.on('error', () => undefined);
    response.writeHead(200, { 'content-type': 'application/json' });
    const parts = around(request);
    if (typeof parts === 'string') {
      response.end(parts);
      return;
    }
    response.write(parts[0]);
    response.write(bytes);
    response.end(parts[1]);
  });
  return hostService(server, () => server.closeAllConnections(), configure);
}

async function openGrpc({ encoding, frame: bytes }: GrpcAnswer): Promise<HostileService> {
  const sessions = new Set<{ destroy(): void }>();
  const server = createHttp2Server();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.resume();
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc+proto',
        ...(encoding !== undefined && { 'grpc-encoding': encoding }),
      },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(bytes);
  });
  const endSessions = (): void => {
    for (const session of sessions) session.destroy();
  };
  return hostService(server, endSessions, (endpoint) => [gcpDefinition, gcpSettings(endpoint, 'grpc')]);
}

function gcpSettings(endpoint: string, transport: 'grpc' | 'rest'): Settings {
  return { project: 'acme', endpoint, transport, 'auth.method': 'token', 'auth.token': SecretValue.fromText('token') };
}

async function hostService(
  server: Server,
  endConnections: () => void,
  configure: (address: string) => readonly [BackendDefinition, Settings],
): Promise<HostileService> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on a port');
  const [definition, settings] = configure(`http://127.0.0.1:${address.port}`);
  const defaults = Object.entries(definition.settings).flatMap(([name, field]) =>
    'default' in field && field.default !== undefined ? [[name, field.default] as const] : [],
  );
  const backend = openBackend(
    definition,
    { ...Object.fromEntries(defaults), ...settings },
    testHost({ resolveAddress: async () => [{ address: '127.0.0.1', family: 4 }] }),
    { ...defaultHostPolicy, attempts: 1, namesMaxAgeMs: 0 },
  );
  return {
    backend,
    async close() {
      await backend.close();
      endConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
