import { parseScopePath, type Settings, type SettingsProblem, type SettingsSchema } from '@kici-dev/secret-backend';
import { parseSharedSecrets } from './shared-secrets.ts';

const roleArn = 'arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9/_+=,.@-]+';
// With or without its suffix, for a better message than that of a pattern.
const secretArn = 'arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}';
const tag = '[A-Za-z0-9 _.:/+@-]{1,128}=[A-Za-z0-9 _.:/+@-]{0,256}';

/** What an operator can set for an instance; the definition, the dashboard's form and the docs are made from it. */
export const settings = {
  region: {
    type: 'string',
    required: true,
    pattern: '^[a-z]{2,5}(-[a-z]+)+-[0-9]+$',
    description: 'The region that holds the secrets. One instance serves one region.',
    example: 'eu-central-1',
  },
  endpoint: {
    type: 'address',
    description:
      'Where Secrets Manager answers, for a VPC or FIPS endpoint, an isolated partition or an emulator. Left out: the public endpoint of the region.',
    example: 'https://vpce-0123456789abcdef0-abcdefgh.secretsmanager.eu-central-1.vpce.amazonaws.com',
  },
  layout: {
    type: 'choice',
    choices: ['secret-per-key', 'object-per-scope'],
    default: 'secret-per-key',
    description:
      'How scopes and keys are stored. `secret-per-key`: one secret for each key. `object-per-scope`: one JSON object for each scope, a field for each key.',
    example: 'object-per-scope',
  },
  prefix: {
    type: 'string',
    default: '',
    pattern: '^[A-Za-z0-9/_+=.@-]{0,200}$',
    description: 'What the name of every secret begins with. Secrets without it are never seen. Usually ends in `/`.',
    example: 'ci/',
  },
  sharedSecrets: {
    type: 'string',
    pattern: `^${secretArn}( ${secretArn})*$`,
    description:
      "Secrets that other accounts share with this identity by a resource policy, to be read and not changed: full ARNs, separated by one space. The name within an ARN is read as any other; a secret of that name in the instance's own account is not seen.",
    example: 'arn:aws:secretsmanager:eu-central-1:444455556666:secret:ci/apps/DB_PASSWORD-a1b2c3',
  },
  'auth.method': {
    type: 'choice',
    choices: ['keys', 'web-identity', 'profile', 'default-chain'],
    default: 'keys',
    description:
      "Where the first credentials come from. All but `keys` use what the machine has and need the server's permission for ambient credentials.",
    example: 'web-identity',
  },
  'auth.accessKeyId': {
    type: 'string',
    required: true,
    pattern: '^[A-Za-z0-9_]{4,128}$',
    when: { field: 'auth.method', is: ['keys'] },
    description: "The access key's id.",
    example: 'AKIAIOSFODNN7EXAMPLE',
  },
  'auth.secretAccessKey': {
    type: 'string',
    required: true,
    secret: true,
    when: { field: 'auth.method', is: ['keys'] },
    description: "The access key's secret.",
    example: '(entered through a prompt, a file or a pipe)',
  },
  'auth.sessionToken': {
    type: 'string',
    secret: true,
    when: { field: 'auth.method', is: ['keys'] },
    description: 'The session token, where the access key is a temporary one.',
    example: '(entered through a prompt, a file or a pipe)',
  },
  'auth.tokenFile': {
    type: 'path',
    required: true,
    when: { field: 'auth.method', is: ['web-identity'] },
    description:
      "The file with the identity token, read again at each sign-in. Must lie below a path that the server's configuration allows.",
    example: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
  },
  'auth.webIdentityRole': {
    type: 'string',
    required: true,
    pattern: `^${roleArn}$`,
    when: { field: 'auth.method', is: ['web-identity'] },
    description: 'The role that the identity token signs in to.',
    example: 'arn:aws:iam::111122223333:role/kici',
  },
  'auth.profile': {
    type: 'string',
    required: true,
    pattern: '^[A-Za-z0-9_.@/+-]{1,128}$',
    when: { field: 'auth.method', is: ['profile'] },
    description: "A profile of the server's shared AWS files.",
    example: 'ci',
  },
  'auth.credentialsFile': {
    type: 'path',
    when: { field: 'auth.method', is: ['profile'] },
    description:
      "Another file than `~/.aws/credentials`. Must lie below a path that the server's configuration allows.",
    example: '/etc/kici/aws-credentials',
  },
  'auth.roles': {
    type: 'string',
    pattern: `^${roleArn}( ${roleArn})*$`,
    description:
      'Roles to assume one after another, starting with the first credentials; the secrets are read as the last one. This is how an instance reads a whole other account. Separated by one space.',
    example: 'arn:aws:iam::444455556666:role/secrets-reader',
  },
  'auth.externalId': {
    type: 'string',
    pattern: '^[A-Za-z0-9_+=,.@:/-]{2,1224}$',
    description: 'The external id that the last role of `auth.roles` asks for.',
    example: 'kici-prod',
  },
  'auth.stsEndpoint': {
    type: 'address',
    description: 'Where the Security Token Service answers. Left out: the public endpoint of the region.',
    example: 'https://sts-fips.us-east-1.amazonaws.com',
  },
  kmsKeyId: {
    type: 'string',
    pattern: '^[A-Za-z0-9:/_-]{1,2048}$',
    description:
      "The KMS key for secrets that are created through this backend. Left out: the account's `aws/secretsmanager`.",
    example: 'alias/ci-secrets',
  },
  tags: {
    type: 'string',
    pattern: `^${tag}(,${tag})*$`,
    description: 'Tags for secrets that are created through this backend, separated by commas.',
    example: 'team=platform,managed-by=kici',
  },
  deletionWindowDays: {
    type: 'integer',
    minimum: 7,
    maximum: 30,
    default: 30,
    description:
      'For how many days a deleted secret can be restored. Until then its name is not free, and reads of it say that it is scheduled for deletion.',
    example: '7',
  },
} as const satisfies SettingsSchema;

export function validate(given: Settings): readonly SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (given['auth.externalId'] !== undefined && given['auth.roles'] === undefined) {
    problems.push({
      field: 'auth.externalId',
      problem: 'an external id goes with a role',
      hint: 'set auth.roles, or leave the external id out',
    });
  }
  const { prefix } = given;
  if (typeof prefix === 'string' && prefix !== '' && !parseScopePath(`${prefix}x`.replace(/[+=@]/g, '_')).ok) {
    problems.push({
      field: 'prefix',
      problem: 'a prefix is a path without empty segments and without "/" at its start',
      hint: 'write it like ci/ or team/ci/',
    });
  }
  const { region, layout, sharedSecrets } = given;
  if (typeof sharedSecrets === 'string') {
    problems.push(
      ...parseSharedSecrets(sharedSecrets, {
        region: String(region),
        layout: String(layout),
        prefix: String(prefix ?? ''),
      }).problems,
    );
  }
  return problems;
}
