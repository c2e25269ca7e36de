import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { useOrganization } from '../shell/address.ts';
import { useConnection } from './connection.ts';

let isLive = false;
const listeners = new Set<() => void>();

function setLive(next: boolean): void {
  isLive = next;
  for (const listener of listeners) listener();
}

/** Whether what others do shows here by itself. */
export function useLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

/** Several changes that come together are asked for once. */
const gatherMs = 100;

/** One stream for the page: whatever it tells of, what is shown is asked for again. */
export function useEvents(): void {
  const organization = useOrganization();
  const client = useQueryClient();
  const connection = useConnection();
  useEffect(() => {
    if (connection !== 'up') return undefined;
    const source = new EventSource(`/api/v1/orgs/${encodeURIComponent(organization)}/events`);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries();
      }, gatherMs);
    };
    source.addEventListener('open', () => {
      setLive(true);
      // What happened while nobody listened.
      changed();
    });
    source.addEventListener('message', changed);
    source.addEventListener('error', () => {
      setLive(false);
    });
    return () => {
      clearTimeout(timer);
      source.close();
      setLive(false);
    };
  }, [organization, client, connection]);
}
