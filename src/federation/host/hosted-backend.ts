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

/** Every name of a query. */
export interface AgedNames {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
  /** How long ago the backend gave them; 0 when it was asked for this call. */
  readonly ageMs: number;
}

export interface HostHealth extends Why {
  /**
   * `open`: the backend failed repeatedly, so calls to it are paused for a moment; `half_open`: it is being tried
   * again.
   */
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** When the breaker opened, in milliseconds since the Unix epoch; while it is not closed. */
  readonly openedAt?: number;
  /** When a check last ended, in milliseconds since the Unix epoch. */
  readonly lastCheckAt?: number;
  /** How long the last successful check took. */
  readonly latencyMs?: number;
  /** Why the last check or call failed as a whole; gone once one succeeds. */
  readonly failure?: FailureCode;
  /** The last failure of the whole backend, whatever has succeeded since; `at` in milliseconds since the Unix epoch. */
  readonly lastFailure?: Failure & { readonly at: number };
}

/**
 * A backend that is safe to call, whatever its adapter does: every call ends by its deadline, every answer has
 * the shape that the contract demands, and every failure is a code with words of the host's or the adapter's own.
 *
 * `read` and `readAged` reject only once the host is closed. Optional methods are there when the type's
 * capabilities declare them, and reject with `unsupported` where the instance declares less.
 */
export interface HostedBackend extends SecretBackend {
  /** Those of the type until the instance exists, then its own, which may be less; see `ready`. */
  readonly capabilities: BackendCapabilities;

  /**
   * Creates the instance, which does no I/O, and resolves to what it can do.
   * @throws BackendError `misconfigured` when the settings make no backend; `closed`
   */
  ready(): Promise<BackendCapabilities>;

  /** As `read`, with the age of each value that the cache supplied. */
  readAged(refs: readonly SecretRef[], context: CallContext): Promise<readonly AgedOutcome[]>;

  /**
   * As `list`, whole and with its age.
   * @param maxAgeMs 0: the backend is asked, or a list that it is giving just now is joined; default: as the policy
   * says
   * @throws BackendError when nothing of the query is known
   */
  listAged(query: ListQuery, context: CallContext, maxAgeMs?: number): Promise<AgedNames>;

  /** How old the value is that would be served now without asking; undefined where the backend would be asked. */
  cachedAgeMs(ref: SecretRef): number | undefined;

  health(): HostHealth;

  /** Forgets every cached name: the next list asks the backend. Values stay, which an outage may need. */
  forgetNames(): void;

  /**
   * Forgets every cached value and name, and a refusal of the credentials: the next call asks the backend. For changes
   * that did not go through this host.
   */
  invalidate(): void;
}
