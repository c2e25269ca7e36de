import { defineCapabilities, type BackendCapabilities } from '@kici-dev/secret-backend';
import type { VaultConfig } from './config.ts';

const common = {
  write: true,
  delete: true,
  declare: false,
  scopes: false,
  binary: false,
  listConsistency: 'strong',
  // All fields of a path come in one answer.
  readBatchSize: 10_000,
  maxValueBytes: 65_536,
} as const;

const versioned = { compareAndSet: true, versionPins: true, versions: true, restore: true };
const unversioned = { compareAndSet: false, versionPins: false, versions: false, restore: false };

/** The maximum: KV version 2 with subkeys. */
export const capabilities: BackendCapabilities = defineCapabilities({
  ...common,
  ...versioned,
  listReadsValues: false,
});

/** Decided by the settings alone: an instance that has not yet detected the KV version promises only what both have. */
export function capabilitiesOf({
  kvVersion,
  listing,
}: Pick<VaultConfig, 'kvVersion' | 'listing'>): BackendCapabilities {
  return defineCapabilities({
    ...common,
    ...(kvVersion === '2' ? versioned : unversioned),
    listReadsValues: listing !== 'subkeys',
  });
}
