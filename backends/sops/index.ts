import { resolve } from 'node:path';
import { contractVersion, type BackendDefinition } from '@kici-dev/secret-backend';
import { createSopsBackend } from './backend.ts';
import { capabilities } from './capabilities.ts';
import { readConfig } from './config.ts';
import { isBelow, notAllowed } from './files/allowed.ts';
import { settings } from './settings.ts';

/** Files that SOPS encrypts with age keys. */
export const sopsDefinition: BackendDefinition = {
  contract: contractVersion,
  type: 'sops',
  title: 'SOPS files',
  summary: 'YAML, JSON, dotenv and INI files of a folder, encrypted by sops with age keys, a scope for each file',
  settings,
  capabilities,
  create(given, host) {
    const config = readConfig(given);
    for (const setting of ['folder', 'program'] as const)
      if (!host.ambient.paths.some((allowed) => isBelow(resolve(config[setting]), resolve(allowed))))
        throw notAllowed(setting, config[setting]);
    return createSopsBackend(config, host);
  },
};
