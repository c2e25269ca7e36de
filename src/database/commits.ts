import { fdatasync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { isBusy } from './in-transaction.ts';
import type { DatabaseObserver } from './observer.ts';

/** What was committed, and whether it is on the disk yet. */
export interface Commits {
  /**
   * Resolves once everything that was committed before the call is on the disk.
   * @throws NotDurableError
   */
  durable(): Promise<void>;
  /** From now on no commit waits for the disk: nothing may be told of it before `durable`. */
  group(): Promise<void>;
  close(): Promise<void>;
}

/** Of an engine whose commits are on the disk when they return. */
export const durableCommits: Commits = {
  durable: async () => undefined,
  group: async () => undefined,
  close: async () => undefined,
};

/** It is not known whether what was committed would survive a loss of power. */
export class NotDurableError extends Error {
  override readonly name = 'NotDurableError';
  readonly code: string;

  /** @param code the system's */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** How long a disk may keep an answer waiting. */
const patienceMs = 10_000;
/** In pages of the log: copying it into the database stops everything else, and each page is copied once. */
const checkpointPages = 4_000;

/** What of a `DatabaseSync` is needed here. */
interface LogDatabase extends Pick<DatabaseSync, 'exec'> {
  prepare(sql: string): Pick<StatementSync, 'get'>;
}

export type SyncFile = (descriptor: number) => Promise<void>;

/**
 * The commits of a SQLite database with a write-ahead log. Its log is one sequence: after a loss of power there is all
 * of it up to some commit, and with `synchronous = normal` SQLite itself syncs it before it is written over
 * (sqlite.org/pragma.html#pragma_synchronous). So one sync of the log, outside the thread that works, vouches for every
 * commit before it, of whoever waits.
 */
export class LogCommits implements Commits {
  readonly #database: LogDatabase;
  readonly #version: ReturnType<LogDatabase['prepare']>;
  readonly #logFile: string;
  readonly #sync: SyncFile;
  readonly #observer: Pick<DatabaseObserver, 'synced'> | undefined;
  #log: Awaited<ReturnType<typeof open>> | undefined;
  #written = 0;
  #seenOfOthers: unknown;
  #synced = 0;
  #running: Promise<void> | undefined;
  #failure: NotDurableError | undefined;

  constructor(
    database: LogDatabase,
    logFile: string,
    sync: SyncFile = promisify(fdatasync),
    observer?: Pick<DatabaseObserver, 'synced'>,
  ) {
    this.#database = database;
    this.#version = database.prepare('pragma data_version');
    this.#logFile = logFile;
    this.#sync = sync;
    this.#observer = observer;
  }

  /** Called after each statement that may have committed something. */
  noteWrite(): void {
    this.#written += 1;
  }

  async group(): Promise<void> {
    // Readable is enough to sync it, and closing it takes none of SQLite's locks away: those are on the other files.
    this.#log = await open(this.#logFile, 'r');
    this.#database.exec(`pragma synchronous = normal; pragma wal_autocheckpoint = ${checkpointPages}`);
    this.#seenOfOthers = this.#version.get()?.['data_version'];
    this.#synced = this.#written;
  }

  async durable(): Promise<void> {
    if (this.#log === undefined) return;
    this.#noteOthers();
    const goal = this.#written;
    if (this.#synced >= goal) return;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(
        new NotDurableError('ETIMEDOUT', `the disk of the database has not answered for ${patienceMs / 1_000} seconds`),
      );
    }, patienceMs);
    try {
      await Promise.race([this.#until(goal), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.#log?.close();
    this.#log = undefined;
  }

  /**
   * What another process has committed, and this one has read, may not be on the disk yet either: this changes whenever
   * somebody else has committed (sqlite.org/pragma.html#pragma_data_version).
   */
  #noteOthers(): void {
    try {
      const version = this.#version.get()?.['data_version'];
      if (version !== this.#seenOfOthers) this.noteWrite();
      this.#seenOfOthers = version;
    } catch (error) {
      if (!isBusy(error)) throw error;
      // A sync too many does no harm.
      this.noteWrite();
    }
  }

  /** One sync at a time; whoever comes while it runs waits for the next one together. */
  async #until(goal: number): Promise<void> {
    while (this.#synced < goal) {
      this.#running ??= this.#syncNow().finally(() => {
        this.#running = undefined;
      });
      await this.#running;
    }
  }

  async #syncNow(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const target = this.#written;
    const started = performance.now();
    try {
      await this.#sync(this.#log?.fd ?? -1);
    } catch (error) {
      // What a system could not write it may have forgotten: the next sync would then vouch for what is not there.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
      this.#failure = new NotDurableError(
        code,
        `the disk of the database did not take what was written (${code}); mend it, and start the orchestrator again`,
      );
      throw this.#failure;
    }
    this.#synced = target;
    this.#observer?.synced(performance.now() - started);
  }
}
