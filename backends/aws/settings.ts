import { parseScopePath, type Settings, type SettingsProblem, type SettingsSchema } from '@kici-dev/secret-backend';
import { regionSetting, signInSettings, validateSignIn } from './service/access-settings.ts';
import { parseSharedSecrets } from './shared-secrets.ts';

// The suffix is optional here, for a better message than a pattern gives.
const secretArn = 'arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}';
const tag = '[A-Za-z0-9 _.:/+@-]{1,128}=[A-Za-z0-9 _.:/+@-]{0,256}';

/** What an operator can set for an instance; the source of the definition, the dashboard's form and the docs. */
export const settings = {
  ...regionSetting,
  endpoint: {
    type: 'address',
    description:
      'The address of Secrets Manager, for a VPC or FIPS endpoint, an isolated partition or an emulator. Default: the public endpoint of the region.',
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
  ...signInSettings,
  kmsKeyId: {
    type: 'string',
    pattern: '^[A-Za-z0-9:/_-]{1,2048}$',
    description:
      "The KMS key for secrets that are created through this backend. Default: the account's `aws/secretsmanager`.",
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
  const problems: SettingsProblem[] = [...validateSignIn(given)];
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
