import type { Kysely } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { readOrganization, sealBackends } from '../backends/store.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

const policySchema = z.strictObject({
  format: z.literal(1),
  /** The last rule that covers an operation decides; without one it is on. */
  rules: z.array(
    z.strictObject({
      what: z.string(),
      state: z.enum(['on', 'off']),
      /** Unix time in milliseconds. */
      at: z.int(),
      by: z.string(),
    }),
  ),
  /** Whether sessions must seal values to the orchestrator's key. */
  sealedValues: z.boolean(),
  /** Whether tokens with the role reader get values as plain JSON. */
  plainReads: z.boolean().default(false),
});

export type WritePolicy = z.output<typeof policySchema>;

export const openPolicy: WritePolicy = { format: 1, rules: [], sealedValues: false, plainReads: false };

/** What dashboard sessions may change, per organization. */
export interface PolicyStore {
  /** @throws ApiError `tampered`; `unsupported` if it cannot be read */
  read(organization: string): Promise<WritePolicy>;
  /**
   * Replaces the policy that was read; false if another was stored meanwhile.
   * @param before `undefined`: whatever is there
   * @throws ApiError `tampered`
   */
  replace(organization: string, before: WritePolicy | undefined, policy: WritePolicy): Promise<boolean>;
}

export function createPolicyStore(database: Kysely<OrchestratorTables>, seals: Seals): PolicyStore {
  return {
    async read(organization) {
      const whole = await readOrganization(database, seals, await seals.of(organization), organization);
      return parse(whole?.owner.policy ?? null);
    },
    async replace(organization, before, policy) {
      const own = await seals.of(organization);
      return inTransaction(database, async (transaction) => {
        await bumpGeneration(transaction, organization);
        const whole = await readOrganization(transaction, seals, own, organization);
        const current = whole?.owner.policy ?? null;
        if (before !== undefined && JSON.stringify(parse(current)) !== JSON.stringify(before)) return false;
        await transaction
          .updateTable('organizations')
          .set({ policy: JSON.stringify(policy) })
          .where('name', '=', organization)
          .execute();
        await sealBackends(transaction, own, organization);
        return true;
      });
    },
  };
}

function parse(text: string | null): WritePolicy {
  if (text === null) return openPolicy;
  const parsed = policySchema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw new ApiError(
    'unsupported',
    'the dashboard-write policy was written by another version and cannot be read, so it denies everything',
    'run that version, or reset the policy with `kici-admin policy reset`',
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
