import { contractVersion, type BackendDefinition } from '@kici-dev/secret-backend';
import { secretPerKey } from './capabilities.ts';
import { openBackend } from './open.ts';
import { settingsSchema } from './settings.ts';
import { validate } from './validate.ts';

/** The backend type `gcp`, as the host loads it: Google Secret Manager. */
export const gcpDefinition: BackendDefinition = {
  contract: contractVersion,
  type: 'gcp',
  title: 'Google Secret Manager',
  summary: 'secrets of a Google Cloud project, global or of one region',
  settings: settingsSchema,
  capabilities: secretPerKey,
  validate,
  create: openBackend,
};
