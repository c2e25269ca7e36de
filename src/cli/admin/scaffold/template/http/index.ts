import {
  contractVersion,
  defineCapabilities,
  SecretValue,
  wrongSetting,
  type BackendCapabilities,
  type BackendDefinition,
} from '@kici-dev/secret-backend';
import { createBackend } from './backend.ts';

export const capabilities: BackendCapabilities = defineCapabilities({
  write: true,
  delete: true,
  compareAndSet: false,
  versionPins: false,
  versions: false,
  restore: false,
  declare: false,
  scopes: false,
  binary: true,
  listConsistency: 'strong',
  listReadsValues: false,
  readBatchSize: 10,
  maxValueBytes: 65_536,
});

/** What the orchestrator loads: the backend type, its settings, and how to make one. */
export const definition: BackendDefinition = {
  contract: contractVersion,
  type: 'my-store',
  title: 'My store',
  summary: 'Secrets of a service that speaks JSON over HTTP',
  capabilities,
  // What an operator can set, as `kici-admin backend types` shows it; validated before `create` is called.
  settings: {
    address: {
      type: 'address',
      required: true,
      description: 'where the service answers',
      example: 'https://store.example',
    },
    token: { type: 'string', secret: true, required: true, description: 'what signs us in', example: 'st-…' },
  },
  create({ address, token }, host) {
    if (typeof address !== 'string' || !(token instanceof SecretValue))
      throw wrongSetting('address, token', 'an address and a token are needed');
    return createBackend({ address: new URL(address), token, capabilities, host });
  },
};
