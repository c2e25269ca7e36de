import type {
  BackendCapabilities,
  CallContext,
  Failure,
  FailureCode,
  ListQuery,
  SecretBackend,
  SecretDescriptor,
  SecretRef,
  UnlistedScope,
  UnnameableSecret,
  Why,
} from '@kici-dev/secret-backend';
import type { AgedOutcome } from '../resolver/reads.ts';

/** All names of a query. */
export interface AgedNames {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
  /** Age of the backend's answer; 0 if it was queried for this call. */
  readonly ageMs: number;
}

export interface HostHealth extends Why {
  /**
   * `open`: the backend failed repeatedly, so calls to it are paused for a moment; `half_open`: one call tries it
   * again.
   */
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** When the breaker opened, in Unix milliseconds; absent while it is closed. */
  readonly openedAt?: number;
  /** When the last check ended, in Unix milliseconds. */
  readonly lastCheckAt?: number;
  /** How long the last successful check took. */
  readonly latencyMs?: number;
  /** Why the last check or call failed as a whole; cleared by a success. */
  readonly failure?: FailureCode;
  /** The last failure of the whole backend, whatever has succeeded since; `at` in Unix milliseconds. */
  readonly lastFailure?: Failure & { readonly at: number };
}

/**
 * A backend that is safe to call, whatever its adapter does: every call ends by its deadline, every answer has the
 * contract's shape, and every failure is a code with the host's or adapter's own words.
 * `read` and `readAged` reject only once the host is closed. Optional methods exist if the type's capabilities declare
 * them, and reject with `unsupported` if the instance declares less.
 */
export interface HostedBackend extends SecretBackend {
  /** The type's capabilities until the instance exists, then its own, which may be fewer; see `ready`. */
  readonly capabilities: BackendCapabilities;

  /**
   * Creates the instance, which does no I/O, and resolves to its capabilities.
   * @throws BackendError `misconfigured` if the settings make no backend; `closed`
   */
  ready(): Promise<BackendCapabilities>;

  /** As `read`, with the age of each value that the cache supplied. */
  readAged(refs: readonly SecretRef[], context: CallContext): Promise<readonly AgedOutcome[]>;

  /**
   * As `list`, complete and with its age.
   * @param maxAgeMs 0: the backend is queried, or a query in progress is joined; default: the policy's
   * @throws BackendError if no name of the query is known
   */
  listAged(query: ListQuery, context: CallContext, maxAgeMs?: number): Promise<AgedNames>;

  /** Age of the cached value that would be served now; undefined if the backend would be queried. */
  cachedAgeMs(ref: SecretRef): number | undefined;

  health(): HostHealth;

  /** Forgets every cached name, so that the next list queries the backend. Keeps values, which an outage may need. */
  forgetNames(): void;

  /**
   * Forgets every cached value and name, and a refusal of the credentials: the next call queries the backend. For
   * changes that did not go through this host.
   */
  invalidate(): void;
}
