import { contractVersion, type BackendDefinition } from '@kici-dev/secret-backend';
import { createBackend } from './backend.ts';
import { capabilities } from './capabilities.ts';
import { parseConfig, validateSettings } from './settings/parse-config.ts';
import { settings } from './settings.ts';

/** HashiCorp Vault and OpenBao: a KV secrets engine, version 1 or 2. Scope = path, key = field. */
export const vaultDefinition: BackendDefinition = {
  contract: contractVersion,
  type: 'vault',
  title: 'HashiCorp Vault or OpenBao',
  summary: 'a KV secrets engine, version 1 or 2: a scope is a path, a key one of its fields',
  settings,
  capabilities,
  validate: validateSettings,
  create: (given, host) => createBackend(parseConfig(given), host),
};
