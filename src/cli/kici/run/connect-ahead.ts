import { findProject } from '../../../agent/workflow/project.ts';
import { createExchange } from '../../../api/exchange.ts';
import { readPlainFileSync } from '../../../files/plain-file.ts';
import { urlOf, type ConnectionFlags } from '../../server-url.ts';
import type { Io } from '../../terminal/io.ts';

/** A longer file may name one too: then nothing is gained. */
const maxBytesOfFile = 262_144;

/**
 * Connects to the orchestrator while the workflows are read, if a file of them names an environment: the first request
 * then finds the connection, which over TLS takes as long as several answers. It asks for nothing and brings no token.
 * What fails is told by the first request.
 * @param over ends it
 * @throws UsageError
 */
export async function connectAhead(folder: string, flags: ConnectionFlags, io: Io, over: AbortSignal): Promise<void> {
  const url = urlOf(flags, io);
  // Loads what requests need, whoever makes the first one.
  const exchange = createExchange(url);
  if (!namesEnvironment(folder)) return;
  const address = new URL(`${url.replace(/\/$/, '')}/health/live`);
  await exchange(address, { method: 'GET', headers: {}, body: undefined, signal: over }).catch(() => undefined);
}

function namesEnvironment(folder: string): boolean {
  try {
    return findProject(folder).files.some((file) =>
      readPlainFileSync(file, { maxBytes: maxBytesOfFile, links: 'follow' }).includes('environment'),
    );
  } catch {
    return false;
  }
}
