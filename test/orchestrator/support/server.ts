import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { createClient } from '../../../src/api/client.ts';
import { ApiError } from '../../../src/api/api-error.ts';
import { operations, type OperationId } from '../../../src/api/registry.ts';
import type { OperationInput, OperationOutput } from '../../../src/orchestrator/handlers.ts';
import { reseal } from '../../../src/composition/reseal.ts';
import { createLog } from '../../../src/composition/log.ts';
import { startApplication, type Application } from '../../../src/composition/application.ts';
import type { Repeat } from '../../../src/composition/repeat.ts';
import type { ServerSettings } from '../../../src/composition/settings.ts';
import { databaseFor, releaseDatabase } from '../../support/engine.ts';

export const memoryPackage: string = fileURLToPath(new URL('memory-package.ts', import.meta.url));

export interface TestServer {
  readonly application: Application;
  readonly url: string;
  readonly dataDir: string;
  readonly databaseFile: string;
  /** An owner's token of every organization. */
  readonly owner: string;
  /** Everything that was logged, at every level. */
  readonly log: () => string;
  readonly call: Calls;
  /** As `call`, with another token. */
  readonly as: (token: string | undefined, organization?: string) => Calls;
  /** Changes the database behind the server's back. */
  readonly tamper: (sql: string) => void;
  /** Rows of the database beside the server. */
  readonly rows: (sql: string) => readonly Readonly<Record<string, unknown>>[];
}

type CallInput<Id extends OperationId> = Partial<OperationInput<Id>> & Record<string, unknown>;
export type Calls = <Id extends OperationId>(id: Id, input?: CallInput<Id>) => Promise<OperationOutput<Id>>;

/** Removes what a test leaves behind, the last first. */
const cleanups = new Array<() => Promise<unknown>>();

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

export const testKey = '5a'.repeat(32);

/** As an operator does who knows about the change in the database and wants it. */
export async function acceptTampering({ dataDir }: TestServer): Promise<void> {
  const { server: database } = await databaseFor(dataDir);
  await reseal({ dataDir, database, key: { kind: 'text', text: testKey, name: 'the test key' } }, 'seal');
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-orchestrator-'));
  cleanups.push(() => removeFolder(folder));
  return folder;
}

export interface StartOptions {
  readonly settings?: Partial<ServerSettings>;
  readonly now?: () => number;
  readonly repeat?: Repeat;
}

/** A real server on a free port with its own folder; it is stopped and its folder removed after the test. */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const server = await start(options.settings?.dataDir ?? (await temporaryFolder()), options);
  cleanups.push(() => server.application.stop());
  return server;
}

/** One server for all tests of a file, which stops it. */
export async function startSharedServer(
  settings: Partial<ServerSettings> = {},
): Promise<{ readonly server: TestServer; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-orchestrator-'));
  const server = await start(folder, { settings });
  return {
    server,
    async stop() {
      await server.application.stop();
      await removeFolder(folder);
    },
  };
}

async function removeFolder(folder: string): Promise<void> {
  releaseDatabase(folder);
  await rm(folder, { recursive: true, force: true });
}

async function start(dataDir: string, options: StartOptions): Promise<TestServer> {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  const database = await databaseFor(dataDir);
  const settings: ServerSettings = {
    dataDir,
    database: database.server,
    key: { kind: 'text', text: testKey, name: 'the test key' },
    host: '127.0.0.1',
    port: 0,
    dashboard: true,
    allowedAddresses: undefined,
    ambientCredentials: false,
    ambientPaths: [],
    backendPackages: [memoryPackage],
    keepDeletedMs: 60_000,
    requestTimeoutMs: 15_000,
    ...options.settings,
  };
  const application = await startApplication(settings, createLog('trace', sink), options.now, options.repeat);
  const owner = await application.localToken(undefined);
  const databaseFile = join(dataDir, 'kici.db');
  const as = callsTo(application.url);
  return {
    application,
    url: application.url,
    dataDir,
    databaseFile,
    owner,
    as,
    call: as(owner),
    log: () => text,
    tamper: (sql) => database.execute(sql),
    rows: (sql) => database.read(sql),
  };
}

/** Calls of a server, by token and organization. */
export function callsTo(url: string): TestServer['as'] {
  return (token, organization = 'default') =>
    (id, input) =>
      callOperation(url, token, organization, id, input);
}

function callOperation<Id extends OperationId>(
  url: string,
  token: string | undefined,
  organization: string,
  id: Id,
  input: CallInput<Id> | undefined,
): Promise<OperationOutput<Id>> {
  const client = createClient({ url, token, organization });
  // The input's type is checked where the call is written; the client treats all alike.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return client.call(operations[id], (input ?? {}) as never) as Promise<OperationOutput<Id>>;
}

/** The code that a call fails with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await errorOf(call)).code;
}

export async function errorOf(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (error) {
    if (ApiError.is(error)) return error;
    throw error;
  }
  throw new Error('the call was expected to fail');
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
