const org = '/orgs/default';
const scope = `${org}/settings/secrets/internal:production`;
const variables = `${org}/settings/variables/production`;
const backends = `${org}/settings/backends`;
const environment = `${org}/environments/production`;
const access = `${org}/access`;

/** A form of the page that writes. */
export interface WriteForm {
  readonly path: string;
  /** The button that opens it. */
  readonly opener: string;
  /** What is typed, by label. The last one is what would be missed most. */
  readonly fields: Readonly<Record<string, string>>;
  /** Its command, and words of it. */
  readonly command: readonly [string, ...string[]];
}

const form = (
  path: string,
  opener: string,
  fields: WriteForm['fields'],
  ...command: WriteForm['command']
): WriteForm => ({ path, opener, fields, command });

/** Every form that holds what somebody has typed. */
export const typedForms: readonly WriteForm[] = [
  form(
    `${org}/grid`,
    'Add secret',
    { Scope: 'apps/new', Name: 'KEY_1', Value: 'v' },
    'secret set',
    'apps/new',
    'KEY_1',
    '--confirm-fingerprint',
  ),
  form(
    `${org}/grid`,
    'Paste .env',
    { Scope: 'apps/new', 'Contents of a .env file': 'A=1' },
    'secret import',
    'apps/new',
    './.env',
  ),
  form(`${org}/settings/secrets`, 'New scope', { Scope: 'apps/new' }, 'scope create', 'apps/new'),
  form(scope, 'Add secret', { Value: 'v', Name: 'KEY_1' }, 'secret set', 'internal:production', 'KEY_1'),
  form(scope, 'Edit value of API_URL', { Value: 'v' }, 'secret set', 'internal:production', 'API_URL'),
  form(scope, 'Paste .env', { 'Contents of a .env file': 'A=1' }, 'secret import', 'internal:production', './.env'),
  form(scope, 'Declare name', { Name: 'LATER' }, 'secret declare', 'internal:production', 'LATER'),
  form(scope, 'Rename', { 'New name': 'renamed' }, 'scope rename', 'internal:production', 'renamed'),
  form(variables, 'Add variable', { Value: 'a b', Name: 'TIER' }, 'variable set', 'production', 'TIER'),
  form(variables, 'Change LOG_LEVEL', { Value: 'info' }, 'variable set', 'production', 'LOG_LEVEL'),
  form(backends, 'Add backend', { Name: 'second' }, 'backend add', 'second'),
  form(
    backends,
    'Change corp-vault',
    { address: 'http://127.0.0.1:10' },
    'backend update',
    'corp-vault',
    'address=http://127.0.0.1:10',
  ),
  form(
    `${org}/environments`,
    'New',
    { 'Scope to bind': 'apps/**', Name: 'made' },
    'environment create',
    'made',
    'apps/**',
  ),
  form(
    environment,
    'Bind scope',
    { Priority: '7', 'Scope or pattern': 'apps/**' },
    'environment bind',
    'production',
    'apps/**',
    '7',
  ),
  form(environment, 'Change corp-vault:apps/shop/db', { Priority: '7' }, 'environment rebind', 'production', '7'),
  form(
    access,
    'Issue token',
    { Environments: 'production', Name: 'deployer' },
    'token create',
    'deployer',
    'production',
    '90d',
  ),
];

/** Those that only ask whether it is meant. */
export const confirmations: readonly WriteForm[] = [
  form(scope, 'Delete scope', {}, 'scope delete', 'internal:production'),
  form(scope, 'Delete DB_PASSWORD', {}, 'secret delete', 'internal:production', 'DB_PASSWORD'),
  form(variables, 'Delete LOG_LEVEL', {}, 'variable delete', 'production', 'LOG_LEVEL'),
  form(backends, 'Remove corp-vault', {}, 'backend remove', 'corp-vault'),
  form(environment, 'Delete environment', {}, 'environment delete', 'production'),
  form(environment, 'Unbind corp-vault:apps/shop/db', {}, 'environment unbind', 'production'),
  form(access, 'Revoke ci', {}, 'token revoke'),
];
