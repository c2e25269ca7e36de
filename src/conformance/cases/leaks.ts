import { SecretValue } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { endsBy } from '../expect.ts';
import { faults, type Fault, type Verb } from '../harness.ts';
import { expectNoLeak } from '../leak.ts';
import { neighbour, operations, replacement, second, seedTargets, target, values } from '../operations.ts';
import { callContext, ref, type World } from '../world.ts';

function needlesOf({ subject }: World): readonly string[] {
  return [...Object.values(values), replacement, ...(subject.credentials ?? [])];
}

/** Whatever a call returns or throws must not be able to print a secret. */
async function expectClean(world: World, what: string, call: () => Promise<unknown>): Promise<void> {
  let thing: unknown;
  try {
    thing = await call();
  } catch (error) {
    thing = error;
  }
  expectNoLeak(thing, needlesOf(world), what);
}

function underFault(fault: Fault): ConformanceCase {
  return {
    id: `leaks.fault.${fault}`,
    title: `what comes of the fault ${fault} shows no value and no credential`,
    verbs: ['fault', 'heal'],
    fault,
    async run(world) {
      await seedTargets(world);
      await world.fault(fault);
      const affected = operations.filter(
        ({ name, when }) => when(world.capabilities) && (fault !== 'partial_batch' || name === 'batch'),
      );
      await Promise.all(
        affected.map((operation) =>
          expectClean(world, `${operation.name} under ${fault}`, () =>
            endsBy(
              10_000,
              operation.name,
              operation.run(world, callContext({ timeoutMs: fault === 'hang' ? 200 : 5_000 })),
            ),
          ),
        ),
      );
      await world.heal();
    },
  };
}

function inState(
  verb: Verb & ('deleteCurrent' | 'destroyCurrent' | 'disableCurrent' | 'scheduleDeletion' | 'corrupt' | 'denyRead'),
): ConformanceCase {
  return {
    id: `leaks.state.${verb}`,
    title: `what comes of a secret after ${verb} shows no value and no credential`,
    verbs: [verb],
    async run(world) {
      await seedTargets(world);
      await world.subject.provoke[verb]?.(target);
      await expectClean(world, 'a read', () => world.read([target, second]));
      await expectClean(world, 'a list', () => world.list());
    },
  };
}

/** Kit: no value shows in an error, a log or a list. */
export const leakCases: readonly ConformanceCase[] = [
  {
    id: 'leaks.answers',
    title: 'lists, outcomes, receipts and health reports print no value and no credential',
    async run(world) {
      await seedTargets(world);
      for (const operation of operations.filter(({ when }) => when(world.capabilities)))
        await expectClean(world, operation.name, () => operation.run(world, callContext()));
      await expectClean(world, 'the backend itself', async () => world.backend);
    },
  },
  {
    id: 'leaks.refused-write',
    title: 'a write that is refused shows no value and no credential',
    when: (can) => can.write,
    async run(world) {
      await seedTargets(world);
      const tooLarge = SecretValue.fromText(
        replacement.repeat(Math.ceil((world.capabilities.maxValueBytes + 1) / replacement.length)),
      );
      await expectClean(world, 'a write that is too large', () => world.write(target, tooLarge));
      await expectClean(world, 'a write that expects nothing', () => world.write(target, replacement, null));
      await expectClean(world, 'a write with an odd key', () => world.write(ref('apps/shop', ''), replacement));
      await expectClean(world, 'a write that expects another version', () =>
        world.write(neighbour, replacement, 'no such version'),
      );
    },
  },
  ...(['deleteCurrent', 'destroyCurrent', 'disableCurrent', 'scheduleDeletion', 'corrupt', 'denyRead'] as const).map(
    inState,
  ),
  // A delayed answer is an answer like any other.
  ...faults.filter((fault) => fault !== 'delay').map(underFault),
];
