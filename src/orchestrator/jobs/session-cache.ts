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
  /** How many sessions hold a catalogue: jobs that start at once share one. */
  const holders = new Map<StoredJob['catalogue'], number>();
  let keys = 0;

  function remove(id: string): void {
    const catalogue = sessions.get(id)?.catalogue;
    sessions.delete(id);
    if (catalogue === undefined) return;
    const left = (holders.get(catalogue) ?? 0) - 1;
    if (left > 0) holders.set(catalogue, left);
    else if (holders.delete(catalogue)) keys -= catalogue.entries.length;
  }

  function hold({ catalogue }: StoredJob): void {
    const held = holders.get(catalogue) ?? 0;
    holders.set(catalogue, held + 1);
    if (held === 0) keys += catalogue.entries.length;
  }

  return {
    get: (id) => sessions.get(id),
    add(id, session) {
      remove(id);
      if (session.catalogue.entries.length > limit) return;
      sessions.set(id, session);
      hold(session);
      for (const oldest of sessions.keys()) {
        if (keys <= limit && sessions.size <= mostSessions) return;
        remove(oldest);
      }
    },
    delete: remove,
  };
}
