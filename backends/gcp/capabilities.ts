import { defineCapabilities, type BackendCapabilities } from '@kici-dev/secret-backend';

/** Limit for one version. Source: quotas and limits of the service. */
export const maxPayloadBytes = 65_536;

/**
 * `compareAndSet` is false because AddSecretVersion takes no precondition: anything checked before it may change
 * meanwhile. `declare` is false because lists do not show which secrets have no version.
 */
export const secretPerKey: BackendCapabilities = defineCapabilities({
  write: true,
  delete: true,
  compareAndSet: false,
  versionPins: true,
  versions: true,
  restore: true,
  declare: false,
  scopes: false,
  binary: true,
  listConsistency: 'eventual',
  listReadsValues: false,
  readBatchSize: 1,
  maxValueBytes: maxPayloadBytes,
});

/** A value shares its 64 KiB with the rest of its scope, and may need six bytes of JSON for each of its own. */
export const objectPerScope: BackendCapabilities = defineCapabilities({
  ...secretPerKey,
  binary: false,
  listReadsValues: true,
  maxValueBytes: 10_240,
});
