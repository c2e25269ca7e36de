import { useSyncExternalStore } from 'react';

/** `ended`: the session is over. `down`: nothing answers. What was typed stays where it is in both. */
export type ConnectionState = 'up' | 'down' | 'ended';

let current: ConnectionState = 'up';
const listeners = new Set<() => void>();

export function setConnection(next: ConnectionState): void {
  // Only signing in makes an ended session good again.
  if (next === current || (current === 'ended' && next === 'down')) return;
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
