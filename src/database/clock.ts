import { sql, type Kysely } from 'kysely';

/** A clock that many processes share. */
export interface SharedClock {
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Sets it again: to be called now and then, as machines keep time differently. */
  readonly follow: () => Promise<void>;
}

/**
 * The time of the database server, for orchestrators on machines whose clocks differ: what one lets expire has expired
 * for all. Between two looks it goes on by this process's own count of milliseconds, which nobody can set.
 */
export async function databaseClock<Tables>(database: Kysely<Tables>): Promise<SharedClock> {
  let ahead: number | undefined;

  async function follow(): Promise<void> {
    const asked = performance.now();
    const { rows } = await sql<{ ms: number }>`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
      as ms`.execute(database);
    const told = rows[0]?.ms ?? 0;
    // Of some moment between question and now: one that waited for a connection says little, so it corrects little.
    const [least, most] = [told - performance.now(), told + 1 - asked];
    ahead = Math.min(Math.max(ahead ?? (least + most) / 2, least), most);
  }

  // The first answer may have waited for a connection to be made.
  await follow();
  await follow();
  return { now: () => Math.round(performance.now() + (ahead ?? 0)), follow };
}
