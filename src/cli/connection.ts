import { createClient, type ApiClient } from '../api/client.ts';
import { localCertificateLink, localTokenFile } from '../api/local-credentials.ts';
import { readNamedFile } from '../files/named-file.ts';
import { fileProblem, readPlainFile } from '../files/plain-file.ts';
import { PatientClient, type Credentials } from './patient-client.ts';
import { CommandError } from './terminal/command-error.ts';
import type { Io } from './terminal/io.ts';
import { organizationOf, present, urlOf, type ConnectionFlags } from './server-url.ts';
import { isLoopback, waitForStart } from './wait-for-start.ts';

const maxTokenBytes = 65_536;
const maxOwnBytes = 1_048_576;

/**
 * Flags override the environment, which overrides the local token's file. A local orchestrator may be just starting.
 * @throws UsageError, CommandError (`cannot_read`)
 */
export async function connectOnceStarted(flags: ConnectionFlags, io: Io, signal?: AbortSignal): Promise<ApiClient> {
  const url = urlOf(flags, io);
  // Checked first, so that nobody waits for a usage error.
  const organization = organizationOf(flags, io);
  const given = await givenToken(flags, io);
  const read = async (): Promise<Credentials> => {
    const token = given ?? (await localToken(url, io));
    return { token, certificate: await localCertificate(url, token, io) };
  };
  const traceparent = traceparentOf(io);
  const connect = (credentials: Credentials): ApiClient =>
    createClient({ url, ...credentials, organization, traceparent, ...(signal !== undefined && { signal }) });
  const address = new URL(url);
  if (!isLoopback(address)) return connect(await read());
  const isReady = async (): Promise<boolean> => (await read()).token !== undefined;
  const started = async (): Promise<void> => waitForStart(address, io, isReady, signal);
  return new PatientClient({ read, connect, started }, await read());
}

/** As CI systems hand it to what they start (opentelemetry.io/docs/specs/otel/context/env-carriers). */
function traceparentOf({ environment }: Io): string | undefined {
  const { TRACEPARENT: given = '' } = environment;
  return /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(given) ? given : undefined;
}

/** Read only once: the file may be a pipe. */
async function givenToken({ tokenFile }: ConnectionFlags, io: Io): Promise<string | undefined> {
  return tokenFile === undefined ? present(io.environment['KICI_TOKEN']) : tokenFrom(tokenFile);
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
