import { BackendError, RecentWritesHere, recentMs, type RecentWrites } from '@kici-dev/secret-backend';
import type { Kysely, Selectable } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';

/** The recent writes of a backend through every orchestrator of the database. */
export interface SharedRecentWrites extends RecentWrites {
  /** Somebody has written: the next question is answered by the rows, and not by what is remembered of them. */
  refresh(): void;
}

type Owner = Pick<Selectable<OrchestratorTables['backends']>, 'organization' | 'name' | 'added'>;

export function createRecentWrites(
  database: Kysely<OrchestratorTables>,
  { organization, name: backend, added }: Owner,
  now: () => number,
): SharedRecentWrites {
  const owner = { organization, backend, added };
  let remembered: Promise<RecentWritesHere> | undefined;

  async function load(): Promise<RecentWritesHere> {
    const rows = await database
      .selectFrom('recent_writes')
      .select(['name', 'version', 'at', 'until'])
      .where((eb) => eb.and(owner))
      .where('until', '>', now())
      .orderBy('at')
      .execute();
    const here = new RecentWritesHere(now);
    for (const { name, until, ...write } of rows) here.keep(name, write, until);
    return here;
  }

  /** Changes what is remembered like the rows: a load in progress may have come too early for the change. */
  async function change(apply: (here: RecentWritesHere) => void): Promise<void> {
    const here = await remembered?.catch(() => undefined);
    if (here !== undefined) apply(here);
  }

  return {
    async record(name, write) {
      const until = now() + recentMs;
      await reached(() =>
        database
          .insertInto('recent_writes')
          .values({ ...owner, name, ...write, until })
          .onConflict((conflict) =>
            conflict
              .columns(['organization', 'backend', 'added', 'name'])
              .doUpdateSet((eb) => ({
                version: eb.ref('excluded.version'),
                at: eb.ref('excluded.at'),
                until: eb.ref('excluded.until'),
              }))
              .where((eb) =>
                eb.or([
                  eb('excluded.at', '>', eb.ref('recent_writes.at')),
                  eb.and([
                    eb('excluded.at', '=', eb.ref('recent_writes.at')),
                    eb('excluded.version', '>', eb.ref('recent_writes.version')),
                  ]),
                ]),
              ),
          )
          .execute(),
      );
      await change((here) => here.keep(name, write, until));
    },
    async of(name) {
      const loading = (remembered ??= load());
      try {
        return (await reached(() => loading)).find(name);
      } catch (error) {
        if (remembered === loading) remembered = undefined;
        throw error;
      }
    },
    async forget(name, write) {
      await reached(() =>
        database
          .deleteFrom('recent_writes')
          .where((eb) => eb.and({ ...owner, name, version: write.version, at: write.at }))
          .execute(),
      );
      await change((here) => here.drop(name, write));
    },
    refresh() {
      remembered = undefined;
    },
  };
}

/** @throws BackendError `unreachable` */
async function reached<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch {
    throw new BackendError('unreachable', {
      detail: "the orchestrator's database does not say which versions were written lately",
    });
  }
}
