import * as z from 'zod';
import { environmentName, keyName } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { viewOf } from '../targets.ts';

const encoding = z
  .enum(['text', 'base64'])
  .default('text')
  .describe('how values are written; a value that is not UTF-8 text is returned only as base64');

const reading = {
  category: 'secrets',
  sensitivity: 'values',
  method: 'GET',
  permission: 'values:read',
  targets: viewOf,
  audit: 'read',
  // Values go to programs, never to a terminal or a page.
  command: undefined,
  policyGoverned: false,
  tokenOnly: true,
  answersPlainValues: true,
} as const;

/** The operations that answer with values as plain JSON, for programs that cannot open a job, if an owner allows it. */
export const valueOperations = {
  'values.get': defineOperation({
    ...reading,
    summary: 'Read one value as plain JSON, for programs that cannot open a job',
    path: '/environments/{environment}/values/{key}',
    subject: ['environment', 'key'],
    input: z.object({ environment: environmentName, key: keyName, encoding }),
    output: z.object({
      key: keyName,
      value: z.string(),
      encoding: z.enum(['text', 'base64']),
      backend: z.string(),
      scope: z.string(),
      version: z.string().optional(),
      ageMs: z.number().nonnegative().optional().describe('how old the value is, where a cache has answered'),
    }),
  }),
  'values.getMany': defineOperation({
    ...reading,
    summary: 'Read the values of the named keys as one plain JSON object, all of them or none',
    path: '/environments/{environment}/values',
    subject: ['environment', 'keys'],
    input: z.object({
      environment: environmentName,
      keys: z
        .string()
        .transform((text) => text.split(','))
        .pipe(
          z
            .array(keyName.refine((key) => key !== '__proto__', 'ask for __proto__ alone'))
            .min(1)
            .max(100),
        )
        .describe('keys, separated by commas'),
      encoding,
    }),
    output: z.object({ values: z.record(keyName, z.string()), encoding: z.enum(['text', 'base64']) }),
  }),
};
