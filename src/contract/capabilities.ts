/**
 * What a backend can do, as data. The conformance kit proves each line: what is declared must work,
 * and what is not must be missing or reject with `unsupported`.
 */
export interface BackendCapabilities {
  readonly write: boolean;
  readonly delete: boolean;
  /** `SecretWrite.expectedVersion` is obeyed. */
  readonly compareAndSet: boolean;
  /** `SecretRef.version` selects a version in `read`. */
  readonly versionPins: boolean;
  /** `versions` lists what can be pinned. */
  readonly versions: boolean;
  readonly restore: boolean;
  readonly declare: boolean;
  readonly scopes: boolean;
  /** Any bytes, not only UTF-8 text. */
  readonly binary: boolean;
  /** `strong`: absence from a complete list proves absence. `eventual`: lists lag behind. */
  readonly listConsistency: 'strong' | 'eventual';
  /** Listing reads values, which the backend drops; it costs what reads cost. */
  readonly listReadsValues: boolean;
  /** The most refs that one call to the service can answer; the backend splits longer reads itself. */
  readonly readBatchSize: number;
  readonly maxValueBytes: number;
}

export function defineCapabilities(capabilities: BackendCapabilities): BackendCapabilities {
  return Object.freeze({ ...capabilities });
}
