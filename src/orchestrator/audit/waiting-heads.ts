import type { AuditAnchor, AuditHead, AuditHeads } from './anchor.ts';

/** Heads that are durable, and that the anchor does not have yet. */
export interface WaitingHeads {
  /**
   * @param when `soon`: within a moment, and resolves at once, unless the anchor could not be written last time
   * @throws what kept the anchor from being written
   */
  add(heads: AuditHeads, when: 'now' | 'soon'): Promise<void>;
  /** Resolves when the anchor has them, or cannot be written, or somebody else has changed it. */
  settle(): Promise<void>;
  /** Whether the anchor could not be written last time. */
  isFailing(): boolean;
}

export interface WaitingHeadsListener {
  failed(error: unknown): void;
  /** Somebody else has changed the anchor: what it says must be looked into before it is replaced. */
  foreign(): void;
}

/** How far the anchor may be behind: a cut of the rows of the last moment before a server ends does not show. */
const lagMs = 50;

export function createWaitingHeads(anchor: AuditAnchor, listener: WaitingHeadsListener): WaitingHeads {
  const waiting = new Map<string, AuditHead>();
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  let writing = Promise.resolve();

  /** One after another: each takes what waits when its turn comes. */
  function write(): Promise<void> {
    const turn = writing.catch(() => undefined).then(writeWaiting);
    writing = turn;
    return turn;
  }

  async function writeWaiting(): Promise<void> {
    const written = new Map(waiting);
    try {
      const isWritten = written.size === 0 || (await anchor.write(written));
      failing = false;
      if (!isWritten) {
        listener.foreign();
        return;
      }
    } catch (error) {
      failing = true;
      throw error;
    }
    for (const [organization, head] of written) if (waiting.get(organization) === head) waiting.delete(organization);
  }

  async function settle(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await writing.catch(() => undefined);
    if (waiting.size === 0) return;
    if (anchor.isUntouched())
      await write().catch((error: unknown) => {
        listener.failed(error);
      });
    else listener.foreign();
    if (waiting.size > 0 && !failing) soon();
  }

  function soon(): void {
    timer ??= setTimeout(() => void settle(), lagMs).unref();
  }

  return {
    async add(heads, when) {
      for (const [organization, head] of heads) waiting.set(organization, head);
      if (when === 'now' || failing) await write();
      else soon();
    },
    settle,
    isFailing: () => failing,
  };
}
