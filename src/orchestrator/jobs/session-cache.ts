import type { StoredJob } from './stored-job.ts';

/** Keys of all cached catalogues together: some hundred bytes each, and callers decide how many there are. */
const mostKeys = 100_000;
const mostSessions = 1_000;

/** Sessions that were read or opened lately; the oldest go first. */
export interface SessionCache {
  get(id: string): StoredJob | undefined;
  add(id: string, session: StoredJob): void;
  delete(id: string): void;
}

export function createSessionCache(limit: number = mostKeys): SessionCache {
  const sessions = new Map<string, StoredJob>();
  let keys = 0;

  function remove(id: string): void {
    keys -= weightOf(sessions.get(id));
    sessions.delete(id);
  }

  return {
    get: (id) => sessions.get(id),
    add(id, session) {
      remove(id);
      if (weightOf(session) > limit) return;
      sessions.set(id, session);
      keys += weightOf(session);
      for (const oldest of sessions.keys()) {
        if (keys <= limit && sessions.size <= mostSessions) return;
        remove(oldest);
      }
    },
    delete: remove,
  };
}

function weightOf(session: StoredJob | undefined): number {
  return session?.catalogue.entries.length ?? 0;
}
