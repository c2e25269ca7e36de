import type { Kysely } from 'kysely';
import { databaseClock } from '../database/clock.ts';
import type { AllTables } from './all-tables.ts';
import type { Repeat } from './repeat.ts';
import type { ServerSettings } from './settings.ts';

export interface KeptTime {
  readonly now: () => number;
  stop(): void;
}

const followEveryMs = 30_000;

/** This machine's time, or the database server's where other orchestrators may share it. */
export async function keepTime(
  { database: server }: Pick<ServerSettings, 'database'>,
  database: Kysely<AllTables>,
  repeat: Repeat,
): Promise<KeptTime> {
  if (server === undefined) return { now: Date.now, stop: () => undefined };
  const { now, follow } = await databaseClock(database);
  // A server that is away has no time to tell; the last one goes on.
  const stop = repeat(() => follow().catch(() => undefined), followEveryMs);
  return { now, stop };
}
