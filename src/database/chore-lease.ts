import { sql, type Kysely, type Transaction } from 'kysely';
import type { MigrationSet } from './migrate.ts';

/** Chores that one orchestrator does for all. */
export interface LeaseTables {
  readonly leases: {
    /** Of the chore. */
    name: string;
    holder: string;
    /** Raised each time it is taken: what a former holder still writes is known by its number. */
    epoch: number;
    expires_at: number;
  };
}

export const leaseMigrations: MigrationSet = {
  owner: 'lease',
  migrations: {
    '0001_leases': {
      oldest: '0001_leases',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createTable('leases')
          .addColumn('name', 'text', (column) => column.primaryKey())
          .addColumn('holder', 'text', (column) => column.notNull())
          .addColumn('epoch', 'bigint', (column) => column.notNull())
          .addColumn('expires_at', 'bigint', (column) => column.notNull())
          .execute();
      },
    },
  },
};

/** Who asks for a lease, and how it lasts. */
export interface LeaseTerms {
  readonly name: string;
  /** Of no other process. */
  readonly holder: string;
  /** Without a write of the holder, in milliseconds. */
  readonly lastsMs: number;
  readonly now: () => number;
}

/** The right to a chore until another has it. */
export interface ChoreLease {
  /**
   * Belongs at the beginning of every transaction of the chore: renews the lease with it, and keeps others from taking
   * it before the transaction ends. Whoever stood still too long writes nothing any more.
   * @throws LeaseLostError
   */
  hold<Tables>(transaction: Transaction<Tables>): Promise<void>;
  /** Another may take it now. */
  release(): Promise<void>;
}

/** Another process has taken over. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(chore: string) {
    super(`another orchestrator has taken over: ${chore}`);
  }
}

/**
 * Takes a chore that nobody holds, or this very holder. An end further ahead than holders set it, give or take their
 * clocks, is nobody's: a clock that was wrong, or somebody in the database, has left it.
 * @returns undefined while another holds it
 */
export async function takeLease<Tables>(
  database: Kysely<Tables>,
  { name, holder, lastsMs, now }: LeaseTerms,
): Promise<ChoreLease | undefined> {
  const at = now();
  const taken = await sql<{ epoch: number }>`insert into leases (name, holder, epoch, expires_at)
    values (${name}, ${holder}, 1, ${at + lastsMs})
    on conflict (name) do update
      set holder = excluded.holder, epoch = leases.epoch + 1, expires_at = excluded.expires_at
      where leases.expires_at <= ${at} or leases.expires_at > ${at + 2 * lastsMs} or leases.holder = excluded.holder
    returning epoch`.execute(database);
  const [row] = taken.rows;
  if (row === undefined) return undefined;
  const setEnd = <T>(within: Kysely<T>, end: number) =>
    sql`update leases set expires_at = ${end} where name = ${name} and epoch = ${row.epoch}`.execute(within);
  return {
    async hold(transaction) {
      const { numAffectedRows } = await setEnd(transaction, now() + lastsMs);
      if (numAffectedRows !== 1n) throw new LeaseLostError(name);
    },
    async release() {
      await setEnd(database, 0);
    },
  };
}
