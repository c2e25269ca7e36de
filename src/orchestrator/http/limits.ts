import { readFileSync } from 'node:fs';
import type { TurnLimits } from './turns.ts';

/** What a client may take before it has shown who it is, and an organization after that. Times are milliseconds. */
export interface HttpLimits extends TurnLimits {
  readonly maxConnections: number;
  /** From the connection, or the previous answer, to the end of a request's head. */
  readonly headersTimeoutMs: number;
  /** Until the whole request has arrived, body included. */
  readonly bodyTimeoutMs: number;
}

const mostConnections = 4_096;
/** Descriptors for the database, the audit anchor, the log and the connections to backends. */
const mostReserved = 256;
/** The common default where the system does not say. */
const usualOpenFiles = 1_024;

export function httpLimits(openFiles: number = openFilesLimit()): HttpLimits {
  const reserved = Math.min(mostReserved, Math.ceil(openFiles / 2));
  return {
    maxConnections: Math.min(mostConnections, openFiles - reserved),
    headersTimeoutMs: 10_000,
    bodyTimeoutMs: 30_000,
    requestsAtOnce: 256,
    requestsWaiting: 1_024,
  };
}

/** The soft limit of this process, which Node.js raises to the hard limit at its start. */
function openFilesLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? usualOpenFiles : Number(soft);
  } catch {
    return usualOpenFiles;
  }
}
