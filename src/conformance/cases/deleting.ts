import { deepEqual, equal, fail } from 'node:assert/strict';
import type { DeleteReceipt, ReadOutcome, SecretRef } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { describeOutcome, expectFound } from '../expect.ts';
import { callContext, missing, ref, type World } from '../world.ts';

const secret = ref('apps/shop', 'TOKEN');
const when: NonNullable<ConformanceCase['when']> = (can) => can.delete;

async function remove({ backend }: World, one: SecretRef): Promise<DeleteReceipt> {
  return backend.delete?.(one, callContext()) ?? missing('delete');
}

/** Gone for good is absent; a service that can still restore it says so. */
export function isGone(outcome: ReadOutcome): boolean {
  return (
    outcome.status === 'absent' ||
    (outcome.status === 'unknown' && ['deleted', 'destroyed', 'scheduled_for_deletion'].includes(outcome.code))
  );
}

export const deletingCases: readonly ConformanceCase[] = [
  {
    id: 'deleting.gone',
    title: 'a deleted secret is absent, or unknown because the service still keeps it',
    when,
    async run(world) {
      await world.seed(secret, 'value');
      equal((await remove(world, secret)).existed, true);
      const outcome = await world.readOne(secret);
      if (!isGone(outcome)) fail(`a deleted secret is ${describeOutcome(outcome)}`);
    },
  },
  {
    id: 'deleting.nothing',
    title: 'deleting what does not exist resolves and says so',
    when,
    async run(world) {
      await world.seed(ref('apps/shop', 'OTHER'), 'value');
      for (const one of [secret, ref('apps/none', 'TOKEN')]) deepEqual(await remove(world, one), { existed: false });
    },
  },
  {
    id: 'deleting.neighbours',
    title: 'a deletion takes no other secret with it',
    when,
    async run(world) {
      const others = [
        ref('apps/shop', 'OTHER'),
        ref('apps', 'TOKEN'),
        ref('apps/shop/db', 'TOKEN'),
        ref('apps/shop2', 'TOKEN'),
      ];
      for (const one of [secret, ...others]) await world.seed(one, `value of ${one.scope}`);
      await remove(world, secret);
      for (const other of others)
        expectFound(await world.readOne(other), `value of ${other.scope}`, `${other.scope} ${other.key}`);
    },
  },
  {
    id: 'deleting.write-again',
    title: 'a deleted secret can be written again',
    when: (can) => can.delete && can.write,
    async run(world) {
      await world.write(secret, 'old');
      await remove(world, secret);
      await world.write(secret, 'new');
      expectFound(await world.readOne(secret), 'new');
    },
  },
];
