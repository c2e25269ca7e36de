import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ChangeEvent } from '../../api/change-events.ts';
import { useOrganization } from '../shell/address.ts';
import { requireSession } from './call.ts';
import { setConnection, useConnection } from './connection.ts';
import { readSession, useSession } from './session.tsx';
import { followStream } from './stream.ts';
import { isInSight, useInSight } from './use-in-sight.ts';

let isLive = false;
/** Whether this page has had a stream before. */
let wasOpen = false;
const listeners = new Set<() => void>();

function setLive(next: boolean): void {
  isLive = next;
  for (const listener of listeners) listener();
}

/** Whether others' changes show here without a reload. */
export function useLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

/** Changes that arrive together are fetched once. */
const gatherMs = 100;
/** Until what was read before the stream was open is read again: the person who has just come is served first. */
const settleMs = 1_000;
/** Delay before a refused stream is requested again. */
const againMs = 5_000;

/** Kinds of change that only some queries show; others need not be fetched again. */
const shownBy: ReadonlyMap<string, RegExp> = new Map<ChangeEvent['kind'], RegExp>([
  ['audit', /^audit\./],
  ['jobs', /^(jobs|audit)\./],
  ['sessions', /^(sessions|audit)\./],
  ['tokens', /^(tokens|sessions|audit)\./],
  ['variables', /^(variables|audit)\./],
]);

/** Follows the changes of the organization and fetches queries again that show what has changed. */
export function useEvents(): void {
  const organization = useOrganization();
  const { token } = useSession();
  const client = useQueryClient();
  const connection = useConnection();
  const [attempt, setAttempt] = useState(0);
  // A tab that nobody sees holds no connection.
  const isSeen = useInSight();
  useEffect(() => {
    // A stream that is open learns of it only when something is sent.
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('offline', look);
    };
  }, []);
  useEffect(() => {
    if (connection !== 'up' || !isSeen) return undefined;
    let close: (() => void) | undefined;
    let isOver = false;
    const again = (): void => {
      setAttempt(attempt + 1);
    };
    const open = (): void => {
      if (!isOver) close = follow(organization, token, client, again);
    };
    // Where there is none, the connection says so.
    requireSession().then(open, () => undefined);
    return () => {
      isOver = true;
      close?.();
      if (isInSight()) setLive(false);
    };
  }, [organization, token, client, connection, attempt, isSeen]);
}

/**
 * @param again opens it once more
 * @returns a function that closes it
 */
function follow(organization: string, who: string, client: QueryClient, again: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const kinds = new Set<string>();
  const ask = (): void => {
    timer = undefined;
    const patterns = [...kinds].map((kind) => shownBy.get(kind));
    kinds.clear();
    void client.invalidateQueries({
      predicate: ({ queryKey: [, id] }) =>
        patterns.some((pattern) => pattern === undefined || (typeof id === 'string' && pattern.test(id))),
    });
  };
  const changed = (kind: string): void => {
    kinds.add(kind);
    timer ??= setTimeout(ask, gatherMs);
  };
  const opened = (): void => {
    // Covers what happened while the stream was closed.
    if (wasOpen) changed('changed');
    else settling = setTimeout(changed, settleMs, 'changed');
    wasOpen = true;
  };
  const end = followStream(organization, who, {
    hear: (news, isOurs) => {
      if (news.what === 'change') {
        changed(news.kind);
        return;
      }
      setLive(news.what === 'open');
      if (news.what === 'open') opened();
      // The end of another tab's session need not be that of this one.
      else if (news.what === 'ended' && isOurs) setConnection('ended');
      else if (news.what === 'ended') look();
    },
    failed: (isRefused) => {
      look();
      if (isRefused) retry ??= setTimeout(again, againMs);
    },
  });
  return () => {
    clearTimeout(timer);
    clearTimeout(settling);
    clearTimeout(retry);
    end();
  };
}

/** Finds out whether the server is down or the session is over. */
function look(): void {
  void readSession().catch(() => undefined);
}
