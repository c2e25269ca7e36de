import { contractVersion, type BackendDefinition } from '@kici-dev/secret-backend';
import { requireAmbient } from '@kici-dev/secret-backend-aws/access';
import { createSsmBackend } from './backend.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readConfig } from './config.ts';
import { settings, validate } from './settings.ts';

/** Parameters of AWS Systems Manager. Importing this loads no SDK; the first call of a backend does. */
export const ssmDefinition: BackendDefinition = {
  contract: contractVersion,
  type: 'ssm',
  title: 'AWS SSM Parameter Store',
  summary: 'parameters of one AWS account and region, one for each key, scopes being levels of their hierarchy',
  settings,
  capabilities: capabilitiesOf('Advanced'),
  validate,
  create(given, host) {
    const config = readConfig(given);
    requireAmbient(config.signIn.source, host.ambient);
    if (config.endpoint.protocol === 'http:')
      host.log('warn', 'the endpoint is not encrypted: values can be read on the way', {
        backend: host.name,
        endpoint: config.endpoint.host,
      });
    return createSsmBackend(config, host);
  },
};
