import { ok } from 'node:assert/strict';
import { isTransient, type ReadOutcome } from '@kici-dev/secret-backend';
import { setTimeout as wait } from 'node:timers/promises';
import type { ConformanceCase } from '../case.ts';
import { expectFound } from '../expect.ts';
import type { Fault } from '../harness.ts';
import { neighbour, operations, seedTargets, values, type OperationName } from '../operations.ts';
import { attempt, callContext, type World } from '../world.ts';

/** One of each kind of answer: names and values have different limits. */
const tried: ReadonlySet<OperationName> = new Set(['list', 'read']);
/** The longest pause after which a call may be promised to succeed. */
const longestPauseMs = 5_000;

/** A refused answer must not spoil the connection for the next call, which reaches a healthy service. */
function recoversFrom(fault: Fault & ('flood' | 'swarm')): ConformanceCase {
  return {
    id: `recovery.${fault}`,
    title: `the very next call after the fault ${fault} is right, or says how long to wait and is right after that`,
    verbs: ['fault', 'heal'],
    fault,
    async run(world) {
      await seedTargets(world);
      await world.readOne(neighbour);
      for (const operation of operations.filter(({ name }) => tried.has(name))) {
        await world.fault(fault);
        await attempt(() => operation.run(world, callContext({ timeoutMs: 8_000 })));
        await world.heal();
        expectFound(await readOrWait(world, operation.name), values.neighbour, `the read after ${operation.name}`);
      }
    },
  };
}

async function readOrWait(world: World, after: string): Promise<ReadOutcome> {
  const outcome = await world.readOne(neighbour);
  if (outcome.status !== 'unknown' || !isTransient(outcome.code) || outcome.retryAfterMs === undefined) return outcome;
  const { retryAfterMs } = outcome;
  ok(retryAfterMs <= longestPauseMs, `the read after ${after} asks for a pause of ${retryAfterMs} ms`);
  await wait(retryAfterMs);
  return world.readOne(neighbour);
}

/** Kit: an answer that was refused for its size leaves nothing behind. */
export const recoveryCases: readonly ConformanceCase[] = (['flood', 'swarm'] as const).map(recoversFrom);
