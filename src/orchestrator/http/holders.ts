import type { Socket } from 'node:net';

/** Counts connections by holder. */
export interface Holders {
  /** Moves the connection from its previous holder. */
  add(socket: Socket, holder: string): void;
  remove(socket: Socket): void;
  count(): number;
  /** The connections of the largest holder, oldest first. */
  most(): readonly Socket[];
}

export function createHolders(): Holders {
  const byHolder = new Map<string, Set<Socket>>();
  const holderOf = new Map<Socket, string>();

  function remove(socket: Socket): void {
    const holder = holderOf.get(socket);
    if (holder === undefined) return;
    holderOf.delete(socket);
    const held = byHolder.get(holder);
    held?.delete(socket);
    if (held?.size === 0) byHolder.delete(holder);
  }

  return {
    add(socket, holder) {
      if (holderOf.get(socket) === holder) return;
      remove(socket);
      holderOf.set(socket, holder);
      byHolder.set(holder, (byHolder.get(holder) ?? new Set()).add(socket));
    },
    remove,
    count: () => holderOf.size,
    most() {
      let largest = new Set<Socket>();
      for (const held of byHolder.values()) if (held.size > largest.size) largest = held;
      return [...largest];
    },
  };
}
