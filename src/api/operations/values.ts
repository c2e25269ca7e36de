import * as z from 'zod';
import { environmentName, keyName } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { viewOf } from '../targets.ts';

const encoding = z
  .enum(['text', 'base64'])
  .default('text')
  .describe('how values are written; a value that is not UTF-8 text has to be asked for as base64');

const shared = {
  category: 'values',
  sensitivity: 'values',
  method: 'GET',
  permission: 'values:read',
  targets: viewOf,
  audit: 'read',
  command: undefined,
  policyGoverned: false,
  tokenOnly: true,
} as const;

const maxKeys = 100;

/** For programs that are not ours: values as they are, off until an owner switches them on. */
export const valueOperations = {
  'values.get': defineOperation({
    ...shared,
    summary: 'Read the value of one key, as plain JSON',
    path: '/environments/{environment}/values/{key}',
    subject: ['environment', 'key'],
    input: z.object({ environment: environmentName, key: keyName, encoding }),
    output: z.object({ key: z.string(), value: z.string() }),
  }),
  'values.list': defineOperation({
    ...shared,
    summary: 'Read the values of the keys that are stated, all of them or none, as a plain JSON object',
    path: '/environments/{environment}/values',
    subject: ['environment', 'keys'],
    input: z.object({
      environment: environmentName,
      keys: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(keyName).max(maxKeys))
        .describe(`at most ${maxKeys} keys, with a comma between two`),
      encoding,
    }),
    output: z.object({ values: z.record(z.string(), z.string()) }),
  }),
};
