import * as z from 'zod';
import { failureCode, why } from './fields.ts';

/** The wire form of an error. Separate from the errors themselves, so that a client's help loads no schemas. */
export const errorBody = z.object({
  error: z.string(),
  message: z.string(),
  hint: z.string(),
  requestId: z.string().optional(),
  code: failureCode.optional().describe('what failed in a backend'),
  ...why,
  operation: z.string().optional().describe('with operation_disabled: what was kept from the dashboard'),
  category: z.string().optional(),
  cliEquivalent: z.string().optional().describe('with operation_disabled: the command that does the same'),
});
