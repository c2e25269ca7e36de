import type { BackendCapabilities } from './capabilities.ts';
import type { ReadOutcome } from './outcome.ts';
import type {
  ListPage,
  ListQuery,
  ScopePath,
  SecretRef,
  SecretWrite,
  VersionInfo,
  WriteReceipt,
  DeleteReceipt,
  HealthReport,
} from './messages.ts';

/**
 * A store of secrets. An adapter implements this, and only the host calls it, with deadlines, retries and checks around
 * each call; programs call a `HostedBackend` or a `Resolver` instead.
 * Failures: every method except `read` rejects with a `BackendError`. `read` must not reject for a single secret: what
 * could not be determined is `unknown` in that secret's place. It may reject only if the whole call was malformed or
 * the backend is closed.
 * Optional methods must be present exactly when the capability that names them is declared.
 */
export interface SecretBackend {
  /** Must be frozen and must not change during the life of the instance. */
  readonly capabilities: BackendCapabilities;

  /**
   * Names, never values. Must yield every secret below the query exactly once. A folder that may not be listed must be
   * reported in `unlisted`; the rest of the tree must still be listed. A secret known to be deleted or disabled is not
   * absent: each key gets that `problem`, or if the keys are unknown, its scope alone goes into `unlisted`. If nothing
   * at all can be listed, must reject. Must not report absence by an empty page after a failure.
   */
  list(query: ListQuery, context: CallContext): AsyncIterable<ListPage>;

  /**
   * One outcome per ref, in the order of the refs. `absent` must mean that the service proved absence. Denied,
   * throttled, sealed, deleted, disabled and unreadable are all `unknown`.
   */
  read(refs: readonly SecretRef[], context: CallContext): Promise<readonly ReadOutcome[]>;

  /** Must make the value the current one before it resolves. Capability `write`. */
  write?(entry: SecretWrite, context: CallContext): Promise<WriteReceipt>;

  /** Must resolve, with `existed: false`, if there is nothing to delete. Capability `delete`. */
  delete?(ref: SecretRef, context: CallContext): Promise<DeleteReceipt>;

  /** Newest first. Capability `versions`. */
  versions?(ref: SecretRef, context: CallContext): Promise<readonly VersionInfo[]>;

  /** Makes an earlier version's value current again, as a new version. Capability `restore`. */
  restore?(ref: Required<SecretRef>, context: CallContext): Promise<WriteReceipt>;

  /** Records a name without a value; leaves an existing value alone. Capability `declare`. */
  declare?(ref: SecretRef, context: CallContext): Promise<void>;

  /** Scopes that exist apart from the secrets in them. Capability `scopes`. */
  readonly scopes?: ScopeStore;

  /** Must sign in and use the credentials; must reject if these credentials could not serve a job's reads. */
  check(context: CallContext): Promise<HealthReport>;

  /** Must leave no timer, socket or signed-in session behind. Later calls must reject with `closed`. */
  close(): Promise<void>;
}

/** Scopes with a life of their own: they can be empty, renamed and removed. */
export interface ScopeStore {
  list(context: CallContext): Promise<readonly ScopePath[]>;
  /** Rejects with `conflict` if the scope exists. */
  create(scope: ScopePath, context: CallContext): Promise<void>;
  /** Moves every secret with all its versions. Rejects with `conflict` if `to` exists. */
  rename(from: ScopePath, to: ScopePath, context: CallContext): Promise<void>;
  /** Removes the scope and every secret in it. Resolves to the number of secrets removed. */
  delete(scope: ScopePath, context: CallContext): Promise<number>;
}

/** What accompanies every call. A backend must obey both; the signal fires no later than the deadline. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** Unix time in milliseconds after which an answer is useless. */
  readonly deadline: number;
}
