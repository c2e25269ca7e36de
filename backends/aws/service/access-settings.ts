import type { Settings, SettingsProblem, SettingsSchema } from '@kici-dev/secret-backend';

const roleArn = 'arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9/_+=,.@-]+';

export const regionSetting = {
  region: {
    type: 'string',
    required: true,
    pattern: '^[a-z]{2,5}(-[a-z]+)+-[0-9]+$',
    description: 'The region that holds the secrets. One instance serves one region.',
    example: 'eu-central-1',
  },
} as const satisfies SettingsSchema;

/** How every AWS backend signs in, as an operator sets it. */
export const signInSettings = {
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
      "The file with the identity token, read again at each sign-in. Must be below a path that the server's configuration allows.",
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
      "A file to use instead of `~/.aws/credentials`. Must be below a path that the server's configuration allows.",
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
    description: 'The address of the Security Token Service. Default: the public endpoint of the region.',
    example: 'https://sts-fips.us-east-1.amazonaws.com',
  },
} as const satisfies SettingsSchema;

export function validateSignIn(given: Settings): readonly SettingsProblem[] {
  if (given['auth.externalId'] === undefined || given['auth.roles'] !== undefined) return [];
  return [
    {
      field: 'auth.externalId',
      problem: 'an external id needs a role',
      hint: 'set auth.roles, or leave the external id out',
    },
  ];
}
