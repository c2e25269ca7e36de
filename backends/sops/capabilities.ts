import { defineCapabilities } from '@kici-dev/secret-backend';

/** The same for every instance: the settings take nothing away. */
export const capabilities = defineCapabilities({
  write: true,
  delete: true,
  // Compares the whole file, which is the version.
  compareAndSet: true,
  versionPins: false,
  versions: false,
  restore: false,
  declare: false,
  scopes: false,
  binary: false,
  listConsistency: 'strong',
  listReadsValues: true,
  // A file is decrypted once for all of its keys.
  readBatchSize: 10_000,
  maxValueBytes: 65_536,
});
