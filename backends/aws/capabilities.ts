import { defineCapabilities, type BackendCapabilities } from '@kici-dev/secret-backend';

const shared = {
  write: true,
  delete: true,
  compareAndSet: true,
  versionPins: true,
  versions: true,
  restore: true,
  scopes: false,
  /** ListSecrets shows a change after up to five minutes (AWS Secrets Manager user guide, quotas). */
  listConsistency: 'eventual',
  /** SecretIdList of BatchGetSecretValue (AWS API model secretsmanager/2017-10-17). */
  readBatchSize: 20,
} as const;

export const secretPerKeyCapabilities: BackendCapabilities = defineCapabilities({
  ...shared,
  declare: true,
  binary: true,
  listReadsValues: false,
  maxValueBytes: 65_536,
});

/** All fields of a scope share the 65,536 bytes of one secret; half of that is available to any one of them. */
export const objectPerScopeCapabilities: BackendCapabilities = defineCapabilities({
  ...shared,
  declare: false,
  binary: false,
  listReadsValues: true,
  maxValueBytes: 32_768,
});

/** Limit for a whole secret: SecretString and SecretBinary of the API model. */
export const maxSecretBytes = 65_536;
