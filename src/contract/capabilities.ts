/**
 * What a backend can do, as data. The conformance kit proves each line: what is declared must work, and what is not
 * must be missing or reject with `unsupported`.
 */
export interface BackendCapabilities {
  /** Without it, every write is refused as `unsupported`. */
  readonly write: boolean;
  readonly delete: boolean;
  /** `SecretWrite.expectedVersion` is obeyed; without it, a write that sets one must reject, not overwrite. */
  readonly compareAndSet: boolean;
  /** `SecretRef.version` selects a version in `read`; without it, such a read must not answer with the current one. */
  readonly versionPins: boolean;
  /** `versions` lists what can be pinned. */
  readonly versions: boolean;
  /** An earlier version can be made the current one; needs `write`. */
  readonly restore: boolean;
  /** A name can exist without a value. */
  readonly declare: boolean;
  /** Scopes exist apart from their secrets; without it, a scope exists as long as one of its secrets is listed. */
  readonly scopes: boolean;
  /** Any bytes can be stored; without it, a write that is not UTF-8 text must reject. */
  readonly binary: boolean;
  /**
   * `strong`: absence from a complete list proves absence. `eventual`: lists lag, so exact scopes are also read by
   * name.
   */
  readonly listConsistency: 'strong' | 'eventual';
  /** Listing reads values, which the backend drops; it costs as much as reading. */
  readonly listReadsValues: boolean;
  /** The most refs that one request to the service can answer; the backend splits longer reads itself. */
  readonly readBatchSize: number;
  /** The largest value that it stores; the host refuses larger ones in both directions. */
  readonly maxValueBytes: number;
}

/** Freezes the object, as `SecretBackend.capabilities` requires. */
export function defineCapabilities(capabilities: BackendCapabilities): BackendCapabilities {
  return Object.freeze({ ...capabilities });
}
