import type { SettingsSchema } from '@kici-dev/secret-backend';

const roleMethods = ['kubernetes', 'jwt', 'cert'];

/** What an operator can set for an instance; the source of the definition, the dashboard's form and the docs. */
export const settings = {
  address: {
    type: 'address',
    required: true,
    description: 'The address of the server; a path in it precedes `/v1`.',
    example: 'https://vault.example.com:8200',
  },
  mount: {
    type: 'string',
    default: 'secret',
    description: 'The path of the KV secrets engine; one instance serves one mount.',
    example: 'secret',
  },
  basePath: {
    type: 'string',
    description: 'Scopes are paths below this one; default: below the mount.',
    example: 'teams/shop',
  },
  namespace: {
    type: 'string',
    description: 'The namespace that holds the mount.',
    example: 'engineering/shop',
  },
  kvVersion: {
    type: 'choice',
    choices: ['auto', '1', '2'],
    default: 'auto',
    description:
      'The version of the KV engine; `auto` asks the server and offers what both versions can do, `2` adds version pins, check-and-set and restore.',
    example: '2',
  },
  listing: {
    type: 'choice',
    choices: ['auto', 'subkeys', 'values'],
    default: 'auto',
    description:
      'How names of fields are found: `subkeys` never reads a value (KV version 2), `values` reads and drops them, `auto` reads values only where the server or the policy has no subkeys.',
    example: 'subkeys',
  },
  'auth.method': {
    type: 'choice',
    choices: ['token', 'approle', 'kubernetes', 'jwt', 'cert'],
    default: 'token',
    description: 'How to sign in.',
    example: 'approle',
  },
  'auth.mount': {
    type: 'string',
    when: { field: 'auth.method', is: ['approle', ...roleMethods] },
    description: "The path of the auth method; default: the method's name.",
    example: 'approle',
  },
  'auth.namespace': {
    type: 'string',
    description: "The namespace to sign in to, `/` for the root; default: the mount's.",
    example: 'engineering',
  },
  'auth.token': {
    type: 'string',
    secret: true,
    required: true,
    when: { field: 'auth.method', is: ['token'] },
    description: 'A token; it is renewed while it can be, and never revoked.',
    example: 'hvs.…',
  },
  'auth.roleId': {
    type: 'string',
    required: true,
    when: { field: 'auth.method', is: ['approle'] },
    description: "The AppRole's role id.",
    example: '675a50e7-cfe0-be76-e35f-49ec009731ea',
  },
  'auth.secretId': {
    type: 'string',
    secret: true,
    when: { field: 'auth.method', is: ['approle'] },
    description: "The AppRole's secret id; leave it out if the role does not require one.",
    example: 'ed0a642f-2acf-c2da-232f-1b21300d5f29',
  },
  'auth.role': {
    type: 'string',
    when: { field: 'auth.method', is: roleMethods },
    description:
      "The role to sign in as; needed by `kubernetes`, for other methods, leave it out to use the method's default role.",
    example: 'kici',
  },
  'auth.jwt': {
    type: 'string',
    secret: true,
    when: { field: 'auth.method', is: ['kubernetes', 'jwt'] },
    description: 'The signed token of the identity provider.',
    example: 'eyJhbGciOi…',
  },
  'auth.jwtFile': {
    type: 'path',
    when: { field: 'auth.method', is: ['kubernetes', 'jwt'] },
    description: 'A file that holds it instead, read again at every sign-in.',
    example: '/var/run/secrets/kubernetes.io/serviceaccount/token',
  },
  'tls.ca': {
    type: 'string',
    secret: true,
    description: 'PEM of the authorities to trust, in place of those that Node.js trusts.',
    example: '-----BEGIN CERTIFICATE-----…',
  },
  'tls.caFile': {
    type: 'path',
    description: 'A file that holds them instead.',
    example: '/etc/kici/vault-ca.pem',
  },
  'tls.cert': {
    type: 'string',
    secret: true,
    description: 'PEM of the client certificate, for `auth.method=cert` and for servers that ask for one.',
    example: '-----BEGIN CERTIFICATE-----…',
  },
  'tls.certFile': {
    type: 'path',
    description: 'A file that holds it instead.',
    example: '/etc/kici/vault-client.pem',
  },
  'tls.key': {
    type: 'string',
    secret: true,
    description: "PEM of the client certificate's key.",
    example: '-----BEGIN PRIVATE KEY-----…',
  },
  'tls.keyFile': {
    type: 'path',
    description: 'A file that holds it instead.',
    example: '/etc/kici/vault-client.key',
  },
  'tls.serverName': {
    type: 'string',
    description: "The name that the server's certificate must carry, if it is not the one in the address.",
    example: 'vault.internal',
  },
  'proxy.address': {
    type: 'address',
    description: 'An HTTP proxy to reach the server through; variables such as HTTPS_PROXY are not read.',
    example: 'http://proxy.example.com:3128',
  },
  'proxy.username': {
    type: 'string',
    description: 'The user of the proxy.',
    example: 'kici',
  },
  'proxy.password': {
    type: 'string',
    secret: true,
    description: "The password of the proxy's user.",
    example: '…',
  },
} as const satisfies SettingsSchema;

export type SettingName = keyof typeof settings;
