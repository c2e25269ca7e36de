import type { FailureCode } from './failure-codes.ts';
import type { Failure, FailureReason } from './failure-reasons.ts';
import type { SecretValue } from './secret-value.ts';

/** Segments joined by `/`; see `parseScopePath`. */
export type ScopePath = string & { readonly __brand: 'ScopePath' };

/** A secret's place in its backend. The key is the backend's own field or name, in any characters. */
export interface SecretRef {
  readonly scope: ScopePath;
  readonly key: string;
  /** A version pin, opaque to everyone but the backend. Default: the current version. */
  readonly version?: string;
}

export interface ListQuery {
  /** The scope to list; default: the whole store. */
  readonly scope?: ScopePath;
  /** `scope`: the secrets of this scope alone. `tree`: also those of every scope below it. */
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
  /** RFC 3339, as the service reports it. */
  readonly updatedAt?: string;
  /** A name that exists without a value. */
  readonly declaredOnly?: true;
  /**
   * Set if nobody could read the secret: it is deleted, disabled or scheduled for deletion, or two names of the service
   * map to it.
   */
  readonly problem?: FailureCode;
  /** Details the problem. */
  readonly reason?: FailureReason;
}

/** A part of the tree whose names are unknown. */
export interface UnlistedScope extends Failure {
  readonly scope: ScopePath;
  /**
   * `scope`: this scope alone, such as when its one object is deleted. `tree`, the default: also everything below it.
   */
  readonly depth?: ListQuery['depth'];
  /**
   * For a scope that is one object: the deleted version and its time, as its keys would have them. If the host has ever
   * listed that version, it remembers the keys.
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
   * Check-and-set: the version that must be current, or `null` if nothing may exist yet; otherwise the call rejects
   * with `conflict`. Capability `compareAndSet`.
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
  /** RFC 3339; absent if the secret is gone for good, or this is unknown. */
  readonly restorableUntil?: string;
}

export interface VersionInfo {
  readonly version: string;
  /** RFC 3339. */
  readonly createdAt?: string;
  readonly current: boolean;
  /** False if the value is gone or may not be read. */
  readonly readable: boolean;
}

/** A check that resolves means a healthy backend; the host measures the time. */
export interface HealthReport {
  /** Our identity according to the service, if it tells. */
  readonly identity?: string;
  /** The service and its version, if it says so. */
  readonly server?: string;
}
