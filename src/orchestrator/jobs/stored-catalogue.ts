import { isFailureCode, isFailureReason, type FailureCode, type FailureReason } from '@kici-dev/secret-backend';
import type { FrozenCatalogue } from '@kici-dev/secret-federation';
import * as z from 'zod';

const failure = z.custom<FailureCode>((code) => typeof code === 'string' && isFailureCode(code));
const reason = z.custom<FailureReason>((text) => typeof text === 'string' && isFailureReason(text));
const cause = {
  backend: z.string(),
  scope: z.string(),
  code: failure,
  reason: reason.exactOptional(),
  about: z.string().exactOptional(),
};
const place = {
  priority: z.number(),
  hostRank: z.number(),
  patternRank: z.number().nullable(),
  depth: z.number(),
  backend: z.string(),
  scope: z.string(),
};
const rename = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('prefix'), prefix: z.string() }),
  z.object({ kind: z.literal('map'), keys: z.array(z.tuple([z.string(), z.string()])) }),
]);

/** What a job may read: the catalogue, limited to the stated keys if the job has stated any. */
export interface JobCatalogue extends FrozenCatalogue {
  readonly stated?: readonly string[];
}

export const storedCatalogue: z.ZodType<JobCatalogue> = z.object({
  stated: z.array(z.string()).exactOptional(),
  entries: z.array(
    z.object({
      key: z.string(),
      status: z.enum(['available', 'declared', 'unavailable']),
      winner: z.object({ ...place, sourceKey: z.string() }),
      version: z.string().exactOptional(),
      blockedBy: z.object(cause).exactOptional(),
    }),
  ),
  probes: z.array(z.object({ ...place, rename, skipDeleted: z.literal(true).exactOptional() })),
  blocks: z.array(z.object({ ...cause, rename })),
});
