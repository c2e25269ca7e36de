import { parseScopePath, type Settings, type SettingsProblem, type SettingsSchema } from '@kici-dev/secret-backend';
import { regionSetting, signInSettings, validateSignIn } from '@kici-dev/secret-backend-aws/access';
import { isReserved } from './names.ts';

/** What an operator can set for an instance; the source of the definition, the dashboard's form and the docs. */
export const settings = {
  ...regionSetting,
  endpoint: {
    type: 'address',
    description:
      'Where Systems Manager answers, for a VPC or FIPS endpoint, an isolated partition or an emulator. Default: the public endpoint of the region.',
    example: 'https://vpce-0123456789abcdef0-abcdefgh.ssm.eu-central-1.vpce.amazonaws.com',
  },
  path: {
    type: 'string',
    default: '',
    pattern: '^(/[A-Za-z0-9_.-]+)*$',
    description:
      'The level of the hierarchy below which the scopes lie. Parameters elsewhere are never seen. Default: the whole hierarchy.',
    example: '/ci',
  },
  ...signInSettings,
  type: {
    type: 'choice',
    choices: ['SecureString', 'String'],
    default: 'SecureString',
    description:
      'The type of parameters that are written through this backend. Every type is read. The type of a parameter cannot be changed.',
    example: 'SecureString',
  },
  kmsKeyId: {
    type: 'string',
    pattern: '^[A-Za-z0-9:/_-]{1,256}$',
    when: { field: 'type', is: ['SecureString'] },
    description:
      "The KMS key for parameters that are written through this backend. Default: the account's `alias/aws/ssm`, also for a parameter that had another key before.",
    example: 'alias/ci-secrets',
  },
  tier: {
    type: 'choice',
    choices: ['Standard', 'Advanced', 'Intelligent-Tiering'],
    default: 'Standard',
    description:
      'The tier of parameters that are written through this backend. `Standard`: values of up to 4 KiB, free of charge. `Advanced`: 8 KiB, at a price. `Intelligent-Tiering`: the one that the value needs. An advanced parameter never becomes a standard one again.',
    example: 'Intelligent-Tiering',
  },
} as const satisfies SettingsSchema;

export function validate(given: Settings): readonly SettingsProblem[] {
  const problems = [...validateSignIn(given)];
  const { path } = given;
  if (typeof path !== 'string' || path === '') return problems;
  const parsed = parseScopePath(path.slice(1));
  if (!parsed.ok)
    problems.push({
      field: 'path',
      problem: parsed.reason,
      hint: 'write it like /ci or /team/ci, without "/" at its end',
    });
  if (isReserved(path))
    problems.push({
      field: 'path',
      problem: 'names that begin with "aws" or "ssm" are those of AWS',
      hint: 'choose another path',
    });
  return problems;
}
