/**
 * Versions that this instance wrote lately. The service serves a version by number at once, but as `latest` only after
 * a while, usually minutes. Source: "Data consistency" in the service's documentation.
 */
export interface RecentWrites {
  record(id: string, version: string): void;
  /** The newest version written here; `undefined` if there was none lately. */
  versionOf(id: string): string | undefined;
  forget(id: string): void;
}

const keptMs = 3_600_000;
const keptIds = 10_000;

export function createRecentWrites(now: () => number): RecentWrites {
  const writes = new Map<string, { readonly version: string; readonly until: number }>();
  return {
    record(id, version) {
      // Of two concurrent writes, the older may be answered last.
      const before = writes.get(id);
      if (before !== undefined && isOlder(version, before.version)) return;
      writes.delete(id);
      writes.set(id, { version, until: now() + keptMs });
      const [oldest] = writes.keys();
      if (writes.size > keptIds && oldest !== undefined) writes.delete(oldest);
    },
    versionOf(id) {
      const write = writes.get(id);
      if (write !== undefined && write.until > now()) return write.version;
      writes.delete(id);
      return undefined;
    },
    forget: (id) => void writes.delete(id),
  };
}

/** Version numbers increase. */
export function isOlder(version: string, than: string): boolean {
  return BigInt(version) < BigInt(than);
}
