import { fail } from 'node:assert/strict';
import type { FailureCode, ReadOutcome, SecretRef } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { describeOutcome, expectFound, expectUnknown } from '../expect.ts';
import type { Verb } from '../harness.ts';
import { ref } from '../world.ts';

type StateVerb =
  'deleteCurrent' | 'destroyCurrent' | 'disableCurrent' | 'scheduleDeletion' | 'corrupt' | 'nullValue' | 'denyRead';

const secret = ref('apps/shop', 'TOKEN');
const bystander = ref('apps/other', 'TOKEN');

/** A name without a value is known to have none: absent, or unknown with the code that says so. */
export function expectNoValue(outcome: ReadOutcome): void {
  if (outcome.status === 'absent' || (outcome.status === 'unknown' && outcome.code === 'no_version')) return;
  fail(`a name without a value is ${describeOutcome(outcome)}, and should be absent or unknown (no_version)`);
}

/** Seeds an older value, so that a faulty backend could serve it. */
function state(id: string, title: string, verb: StateVerb & Verb, codes: readonly FailureCode[]): ConformanceCase {
  return {
    id: `outcome.${id}`,
    title,
    verbs: [verb],
    async run(world) {
      await world.seed(secret, 'older');
      await world.seed(secret, 'newer');
      await world.seed(bystander, 'bystander');
      await world.subject.provoke[verb]?.(secret);
      expectUnknown(await world.readOne(secret), codes);
      const [inBatch, beside] = await world.read([secret, bystander]);
      expectUnknown(inBatch, codes, 'the secret in a batch');
      expectFound(beside, 'bystander', 'the secret beside it');
    },
  };
}

export const outcomeCases: readonly ConformanceCase[] = [
  {
    id: 'outcome.name-only',
    title: 'a name that never had a value has none',
    verbs: ['nameOnly'],
    async run(world) {
      const name: SecretRef = secret;
      await world.subject.provoke.nameOnly?.(name);
      expectNoValue(await world.readOne(name));
    },
  },
  state('deleted', 'a current version that is deleted is unknown, and no older one is served', 'deleteCurrent', [
    'deleted',
  ]),
  state('destroyed', 'a current version that is destroyed is unknown, and no older one is served', 'destroyCurrent', [
    'destroyed',
  ]),
  state('disabled', 'a current version that is disabled is unknown, and no older one is served', 'disableCurrent', [
    'disabled',
  ]),
  state('scheduled', 'a secret that is scheduled for deletion is unknown, not absent', 'scheduleDeletion', [
    'scheduled_for_deletion',
  ]),
  state('corrupt', 'a payload that fails its check is unknown, and is not served', 'corrupt', [
    'corrupt',
    'decryption_failed',
  ]),
  state('null', 'a null is not a value: it is unknown, and neither text nor absent', 'nullValue', ['wrong_shape']),
  state('denied', 'a secret that may not be read is unknown, not absent', 'denyRead', ['permission_denied']),
];
