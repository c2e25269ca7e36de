import { contractVersion, type BackendDefinition } from '@kici-dev/secret-backend';
import { createAwsBackend } from './backend.ts';
import { secretPerKeyCapabilities } from './capabilities.ts';
import { readConfig } from './config.ts';
import { requireAmbient } from './service/ambient.ts';
import { settings, validate } from './settings.ts';

/** Secrets in AWS Secrets Manager. Importing this loads no SDK; the first call of a backend does. */
export const awsDefinition: BackendDefinition = {
  contract: contractVersion,
  type: 'aws',
  title: 'AWS Secrets Manager',
  summary:
    'secrets of one AWS region, of its account and shared by others, one for each key or a JSON object for each scope',
  settings,
  capabilities: secretPerKeyCapabilities,
  validate,
  create(given, host) {
    const config = readConfig(given);
    requireAmbient(config.signIn.source, host.ambient);
    if (config.endpoint.protocol === 'http:')
      host.log('warn', 'the endpoint is not encrypted: values can be read on the way', {
        backend: host.name,
        endpoint: config.endpoint.host,
      });
    return createAwsBackend(config, host);
  },
};
