import { defineCapabilities, type BackendCapabilities } from '@kici-dev/secret-backend';

/** The built-in store can do everything. */
export const capabilities: BackendCapabilities = defineCapabilities({
  write: true,
  delete: true,
  compareAndSet: true,
  versionPins: true,
  versions: true,
  restore: true,
  declare: true,
  scopes: true,
  binary: true,
  listConsistency: 'strong',
  listReadsValues: false,
  readBatchSize: 200,
  maxValueBytes: 65_536,
});
