import { useSyncExternalStore } from 'react';

/** `ended`: the session is over. `down`: nothing answers. Typed text stays in both. */
export type ConnectionState = 'up' | 'down' | 'ended';

let current: ConnectionState = 'up';
const listeners = new Set<() => void>();

export function setConnection(next: ConnectionState): void {
  // What answers then may answer to somebody else, whom another tab has signed in.
  if (current !== 'ended') change(next);
}

/** After signing in. */
export function reviveConnection(): void {
  change('up');
}

function change(next: ConnectionState): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

export function connection(): ConnectionState {
  return current;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(subscribe, connection);
}
