import type { Settings, SettingsSchema } from '@kici-dev/secret-backend';

const withJson = { field: 'auth.method', is: ['service-account', 'workload-identity'] } as const;

export const settingsSchema: SettingsSchema = {
  project: {
    type: 'string',
    required: true,
    pattern: '^([a-z0-9.-]+:)?[a-z0-9][a-z0-9-]{3,61}$',
    example: 'acme-production',
    description: 'Id or number of the project that holds the secrets.',
  },
  location: {
    type: 'string',
    pattern: '^[a-z]+-[a-z]+[0-9]+$',
    example: 'europe-west4',
    description: 'Region of regional secrets. Default: the global secrets, which are separate.',
  },
  layout: {
    type: 'choice',
    choices: ['secret-per-key', 'object-per-scope'],
    default: 'secret-per-key',
    example: 'secret-per-key',
    description:
      'How scopes and keys are stored. `secret-per-key`: one secret for each key. `object-per-scope`: one JSON object for each scope, a field for each key.',
  },
  naming: {
    type: 'choice',
    choices: ['escaped', 'flat'],
    default: 'escaped',
    example: 'flat',
    description:
      'How secret ids stand for scopes and keys. `escaped` covers every scope and key; `flat` takes ids that exist already as they are, after the prefix.',
  },
  prefix: {
    type: 'string',
    pattern: '^[A-Za-z0-9_-]{0,100}$',
    default: '',
    example: 'ci-',
    description: 'What the ids of this backend begin with. Other secrets of the project are left alone.',
  },
  scope: {
    type: 'string',
    default: 'default',
    example: 'shop',
    when: { field: 'naming', is: ['flat'] },
    description: 'The one scope that holds the flat ids, with one secret for each key.',
  },
  transport: {
    type: 'choice',
    choices: ['grpc', 'rest'],
    default: 'grpc',
    example: 'rest',
    description: 'gRPC shares one connection; REST is for networks that allow only HTTP/1.1.',
  },
  endpoint: {
    type: 'address',
    example: 'https://secretmanager.europe-west4.rep.googleapis.com',
    description:
      'The address of the service, if it is not the public endpoint. Plain http is allowed for this machine only.',
  },
  concurrency: {
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 32,
    example: '32',
    description: 'How many calls may run at once.',
  },
  'auth.method': {
    type: 'choice',
    required: true,
    choices: ['ambient', 'service-account', 'workload-identity', 'token'],
    example: 'workload-identity',
    description:
      'Where tokens come from. `ambient` is what the machine has (application default credentials), where the server allows it; `token` is an access token, which expires within the hour.',
  },
  'auth.credentials': {
    type: 'string',
    secret: true,
    example: '(entered through a prompt, a file or a pipe)',
    when: withJson,
    description: 'The JSON of the service account key, or of the workload identity federation.',
  },
  'auth.credentialsFile': {
    type: 'path',
    example: '/run/secrets/gcp.json',
    when: withJson,
    description: 'A file with that JSON instead, below a path that the server allows.',
  },
  'auth.allowedHosts': {
    type: 'string',
    pattern: '^[a-z0-9.:, -]*$',
    example: 'token.actions.githubusercontent.com',
    when: withJson,
    description: "Hosts that the JSON may name besides Google's own token services, separated by commas.",
  },
  'auth.token': {
    type: 'string',
    secret: true,
    example: '(entered through a prompt, a file or a pipe)',
    when: { field: 'auth.method', is: ['token'] },
    description: 'The access token.',
  },
  'auth.impersonate': {
    type: 'string',
    pattern: '^[^@\\s/:]+@[^@\\s/:]+$',
    example: 'ci-reader@acme-production.iam.gserviceaccount.com',
    description: 'Service account to act as. The credentials need the role Service Account Token Creator on it.',
  },
  'auth.iamEndpoint': {
    type: 'address',
    default: 'https://iamcredentials.googleapis.com',
    example: 'https://iamcredentials.googleapis.com',
    description: 'The IAM credentials service that impersonation asks.',
  },
};

/** A setting of type text, address, path or choice; `undefined` if absent or empty. */
export function textOf(settings: Settings, name: string): string | undefined {
  const value = settings[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
