import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { eventsPath, type ChangeEvent } from '../../api/change-events.ts';
import { useOrganization } from '../shell/address.ts';
import { requireSession } from './call.ts';
import { setConnection, useConnection } from './connection.ts';
import { readSession } from './session.tsx';
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
const shownBy: Readonly<Partial<Record<ChangeEvent['kind'], RegExp>>> = {
  audit: /^audit\./,
  jobs: /^(jobs|audit)\./,
  sessions: /^(sessions|audit)\./,
  tokens: /^(tokens|sessions|audit)\./,
  variables: /^(variables|audit)\./,
};

/** Follows the page's event stream and fetches queries again that show what has changed. */
export function useEvents(): void {
  const organization = useOrganization();
  const client = useQueryClient();
  const connection = useConnection();
  const [attempt, setAttempt] = useState(0);
  // Browsers hold six connections to a server: the streams of tabs that nobody sees would leave none for a seventh.
  const isSeen = useInSight();
  useEffect(() => {
    if (connection !== 'up' || !isSeen) return undefined;
    let close: (() => void) | undefined;
    let isOver = false;
    const again = (): void => {
      setAttempt(attempt + 1);
    };
    const open = (): void => {
      if (!isOver) close = follow(organization, client, again);
    };
    // Where there is none, the connection says so.
    requireSession().then(open, () => undefined);
    return () => {
      isOver = true;
      close?.();
      if (isInSight()) setLive(false);
    };
  }, [organization, client, connection, attempt, isSeen]);
}

/**
 * @param again opens it once more
 * @returns a function that closes it
 */
function follow(organization: string, client: QueryClient, again: () => void): () => void {
  const source = new EventSource(`/api/v1/orgs/${encodeURIComponent(organization)}${eventsPath}`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  const kinds = new Set<ChangeEvent['kind']>();
  const ask = (): void => {
    timer = undefined;
    const patterns = [...kinds].map((kind) => shownBy[kind]);
    kinds.clear();
    void client.invalidateQueries({
      predicate: ({ queryKey: [, id] }) =>
        patterns.some((pattern) => pattern === undefined || (typeof id === 'string' && pattern.test(id))),
    });
  };
  const changed = (kind: ChangeEvent['kind']): void => {
    kinds.add(kind);
    timer ??= setTimeout(ask, gatherMs);
  };
  source.addEventListener('open', () => {
    setLive(true);
    // Covers what happened while the stream was closed.
    if (wasOpen) changed('changed');
    else settling = setTimeout(changed, settleMs, 'changed');
    wasOpen = true;
  });
  source.addEventListener('change', ({ data }) => {
    changed(kindOf(data));
  });
  source.addEventListener('ended', () => {
    source.close();
    setConnection('ended');
  });
  source.addEventListener('error', () => {
    setLive(false);
    // Finds out whether the server is down or the session is over.
    void readSession().catch(() => undefined);
    // The browser reconnects by itself unless it was refused.
    if (source.readyState === EventSource.CLOSED) timer ??= setTimeout(again, againMs);
  });
  return () => {
    clearTimeout(timer);
    clearTimeout(settling);
    source.close();
  };
}

function kindOf(data: unknown): ChangeEvent['kind'] {
  const change: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
  const kind = typeof change === 'object' && change !== null && 'kind' in change ? change.kind : undefined;
  // A kind that this page does not know is still a change.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return typeof kind === 'string' ? (kind as ChangeEvent['kind']) : 'changed';
}
