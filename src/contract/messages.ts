import type { FailureCode } from './failure-codes.ts';
import type { Failure, FailureReason } from './failure-reasons.ts';
import type { SecretValue } from './secret-value.ts';

/** Segments joined by `/`; see `parseScopePath`. */
export type ScopePath = string & { readonly __brand: 'ScopePath' };

/** Where a secret lies in its backend. The key is the backend's own field or name, in any characters. */
export interface SecretRef {
  readonly scope: ScopePath;
  readonly key: string;
  /** A version pin, opaque to everyone but the backend. Left out: the current version. */
  readonly version?: string;
}

export interface ListQuery {
  /** The scope to list; left out: the whole store. */
  readonly scope?: ScopePath;
  /** `scope`: the secrets of this scope alone. `tree`: those of every scope below it too. */
  readonly depth: 'scope' | 'tree';
}

export interface ListPage {
  readonly secrets: readonly SecretDescriptor[];
  /** Parts of the tree whose names could not be listed. */
  readonly unlisted?: readonly UnlistedScope[];
  /** Names in the service that cannot be a scope path, and so cannot be bound. */
  readonly unnameable?: readonly UnnameableSecret[];
}

export interface SecretDescriptor {
  readonly scope: ScopePath;
  readonly key: string;
  readonly version?: string;
  /** RFC 3339, as the service tells it. */
  readonly updatedAt?: string;
  /** A name that exists without a value. */
  readonly declaredOnly?: true;
  /**
   * Set where a read could not succeed whoever asks: the secret is deleted, disabled or waiting for its deletion, or
   * two names of the service meet here.
   */
  readonly problem?: FailureCode;
  /** Of the problem. */
  readonly reason?: FailureReason;
}

/** Names that are not known. */
export interface UnlistedScope extends Failure {
  readonly scope: ScopePath;
  /** `scope`: those of this scope alone, as where its one object is deleted. `tree`, or left out: below it too. */
  readonly depth?: ListQuery['depth'];
  /**
   * Of a scope that is one object: the version that is deleted, and its time, just as its keys would tell them. The
   * host remembers which keys that version held, if it has ever listed it.
   */
  readonly version?: string;
  readonly updatedAt?: string;
}

export interface UnnameableSecret {
  readonly name: string;
  readonly reason: string;
}

export interface SecretWrite {
  readonly scope: ScopePath;
  readonly key: string;
  readonly value: SecretValue;
  /**
   * Check-and-set: the version that must be current, or `null` when nothing may exist yet.
   * Otherwise the call rejects with `conflict`. Capability `compareAndSet`.
   */
  readonly expectedVersion?: string | null;
}

export interface WriteReceipt {
  readonly version: string;
  /** RFC 3339. */
  readonly updatedAt?: string;
}

export interface DeleteReceipt {
  readonly existed: boolean;
  /** RFC 3339; left out where the secret is gone for good, or nobody can tell. */
  readonly restorableUntil?: string;
}

export interface VersionInfo {
  readonly version: string;
  /** RFC 3339. */
  readonly createdAt?: string;
  readonly current: boolean;
  /** False when the value is gone or may not be read. */
  readonly readable: boolean;
}

/** A check that resolves is a healthy backend; the host measures how long it took. */
export interface HealthReport {
  /** Whom the service says we are, where it says so. */
  readonly identity?: string;
  /** The service and its version, where it tells. */
  readonly server?: string;
}
