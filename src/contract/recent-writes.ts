/** A write that the service has confirmed. */
export interface RecentWrite {
  /** Its number; numbers of one name increase, and begin again where the name is made again. */
  readonly version: number;
  /** When it was written by the service's own clock, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/**
 * What was written through a backend in the last hour, by whichever of the servers that share it: for a service that
 * confirms a version before it serves it as the newest one. Names and numbers only; a hint, never a proof. Every method
 * rejects with a `BackendError`.
 */
export interface RecentWrites {
  /**
   * Of two writes of one name the later stays, whichever is recorded last. Once it resolves, every server that is asked
   * after the write was confirmed to its caller knows it.
   */
  record(name: string, write: RecentWrite): Promise<void>;
  /** The newest write of a name; `undefined` if there was none in the last hour. */
  of(name: string): Promise<RecentWrite | undefined>;
  /** Forgets exactly that write, and not a later one of the same name. */
  forget(name: string, write: RecentWrite): Promise<void>;
}

/** How long a write counts as recent, in milliseconds. */
export const recentMs = 3_600_000;

/** Whether a write takes the place of another one of its name. */
export function isLater(write: RecentWrite, than: RecentWrite): boolean {
  return write.at === than.at ? write.version > than.version : write.at > than.at;
}
