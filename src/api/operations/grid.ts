import * as z from 'zod';
import { cellStates } from '../cell-states.ts';
import { failureCode, unavailablePart, why } from '../fields.ts';

/** A key in an environment. */
export const gridCell = z.object({
  status: z.enum(['available', 'declared', 'unavailable', 'not_found']).describe('as `explain` shows it'),
  backend: z.string().optional().describe('of the winner; omitted where there is none, or it may not be named'),
  scope: z.string().optional(),
  version: z.string().optional(),
  overrides: z.int().describe('how many candidates lose to the winner'),
  code: failureCode.optional().describe('why it is unavailable'),
  ...why,
});

export const gridFilters = {
  key: z.string().min(1).optional().describe('keys whose name has this part, in any case'),
  text: z.string().min(1).optional().describe('keys whose name or one of whose places has this part, in any case'),
  state: z.enum(cellStates).optional().describe('keys of which a cell is in this state'),
  backend: z.string().min(1).optional().describe('keys of which a cell is of this backend'),
};

/** What occurs often is named once, and rows refer to it. */
export const gridAnswer = z.object({
  environments: z.array(z.object({ name: z.string(), unavailable: z.array(unavailablePart) })),
  cells: z.array(gridCell).describe('what occurs in the rows, each once'),
  keys: z.array(
    z.object({
      key: z.string(),
      cells: z.array(z.int()).describe('for each environment, in their order: its place in `cells`'),
    }),
  ),
  total: z.int().describe('how many keys there are'),
  matching: z.int().describe('how many of them the filters leave, on all pages'),
  next: z.string().optional().describe('what to give as `after` for the next page; omitted on the last'),
});
