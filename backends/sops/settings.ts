import type { SettingsSchema } from '@kici-dev/secret-backend';
import { formatNames } from './documents/formats.ts';

const recipient = 'age1[a-z0-9]{58,2000}';

/** What an operator can set for an instance; the source of the definition, the dashboard's form and the docs. */
export const settings = {
  folder: {
    type: 'path',
    required: true,
    description:
      "The folder of the encrypted files. It has to hold a file `.sops.yaml`, which may be empty: without it the folder counts as not mounted. Must be below a path that the server's configuration allows.",
    example: '/srv/secrets',
  },
  ageKey: {
    type: 'string',
    required: true,
    secret: true,
    description: 'The age identities that decrypt the files, as `age-keygen` prints them, one on a line.',
    example: '(entered through a prompt, a file or a pipe)',
  },
  program: {
    type: 'path',
    default: '/usr/local/bin/sops',
    description:
      "The program `sops`, version 3.11 or later. Must be below a path that the server's configuration allows.",
    example: '/usr/bin/sops',
  },
  recipients: {
    type: 'string',
    pattern: `^${recipient}( ${recipient})*$`,
    description:
      'The age recipients of files that are created through this backend, separated by one space. Default: keys are written to files that exist, and no file is created.',
    example: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  },
  format: {
    type: 'choice',
    choices: formatNames,
    default: 'yaml',
    description: 'The format of files that are created through this backend. Files of every format are read.',
    example: 'dotenv',
  },
} as const satisfies SettingsSchema;
