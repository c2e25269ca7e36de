import { ApiError } from '../api/api-error.ts';
import { createClient, type ApiClient } from '../api/client.ts';
import { localCertificateLink, localTokenFile } from '../api/local-credentials.ts';
import { readNamedFile } from '../files/named-file.ts';
import { fileProblem, readPlainFile } from '../files/plain-file.ts';
import { CommandError } from './terminal/command-error.ts';
import type { Io } from './terminal/io.ts';
import { organizationOf, present, urlOf, type ConnectionFlags } from './server-url.ts';
import { isLoopback, waitForStart } from './wait-for-start.ts';

const maxTokenBytes = 65_536;
const maxOwnBytes = 1_048_576;

/** As `connect`, but waits for a local orchestrator that is just starting, should it refuse the first connection. */
export async function connectOnceStarted(flags: ConnectionFlags, io: Io, signal?: AbortSignal): Promise<ApiClient> {
  let client = await connect(flags, io, signal);
  const url = new URL(urlOf(flags, io));
  if (!isLoopback(url)) return client;
  let waiting: Promise<void> | undefined;
  let hasAnswered = false;
  const wait = async (): Promise<void> => {
    await waitForStart(url, io, async () => (await tokenOf(flags, io)) !== undefined, signal);
    // By now it has left its token.
    client = await connect(flags, io, signal);
  };
  const persist = async <T>(request: () => Promise<T>): Promise<T> => {
    try {
      const answer = await request();
      hasAnswered = true;
      return answer;
    } catch (error) {
      if (hasAnswered || !isRefused(error)) throw error;
      await (waiting ??= wait());
      return request();
    }
  };
  return {
    signal,
    call: async (operation, input, token) => persist(async () => client.call(operation, input, token)),
    send: async (call, input, token, until) => persist(async () => client.send(call, input, token, until)),
  };
}

function isRefused(error: unknown): boolean {
  return ApiError.is(error) && error.failure?.reason === 'connection_refused';
}

/** Flags override the environment, which overrides the local token's file. */
export async function connect(flags: ConnectionFlags, io: Io, signal?: AbortSignal): Promise<ApiClient> {
  const url = urlOf(flags, io);
  // Checked first, so that nobody waits for a usage error.
  const organization = organizationOf(flags, io);
  const token = await tokenOf(flags, io);
  return createClient({
    url,
    token,
    certificate: await localCertificate(url, token, io),
    organization,
    traceparent: traceparentOf(io),
    ...(signal !== undefined && { signal }),
  });
}

/** As CI systems hand it to what they start (opentelemetry.io/docs/specs/otel/context/env-carriers). */
function traceparentOf({ environment }: Io): string | undefined {
  const { TRACEPARENT: given = '' } = environment;
  return /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(given) ? given : undefined;
}

async function tokenOf(flags: ConnectionFlags, io: Io): Promise<string | undefined> {
  if (flags.tokenFile !== undefined) return tokenFrom(flags.tokenFile);
  return present(io.environment['KICI_TOKEN']) ?? localToken(urlOf(flags, io), io);
}

async function tokenFrom(file: string): Promise<string> {
  const unreadable = (problem: string): CommandError =>
    new CommandError(
      'cannot_read',
      `cannot read the token file ${JSON.stringify(file)} (${problem})`,
      'check --token-file and its permissions',
    );
  const bytes = await readNamedFile(file, maxTokenBytes).catch((error: unknown) => {
    throw unreadable(fileProblem(error));
  });
  const token = bytes.toString().trim();
  if (token === '') throw unreadable('it is empty');
  return token;
}

/** No file means no token; the orchestrator then says what is missing. */
async function localToken(url: string, io: Io): Promise<string | undefined> {
  return (await ownFile(localTokenFile(url, io.environment)))?.trim();
}

/** Of an orchestrator on this machine that the same user has started; it may be for another name. */
async function localCertificate(url: string, token: string | undefined, io: Io): Promise<string | undefined> {
  const address = new URL(url);
  if (address.protocol !== 'https:' || !isLoopback(address) || token !== (await localToken(url, io))) return undefined;
  return ownFile(localCertificateLink(localTokenFile(url, io.environment)));
}

async function ownFile(file: string): Promise<string | undefined> {
  try {
    return (await readPlainFile(file, { maxBytes: maxOwnBytes, links: 'follow' })).toString();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new CommandError(
      'cannot_read',
      `cannot read ${file} (${fileProblem(error)})`,
      'check its permissions, or set KICI_TOKEN',
    );
  }
}
