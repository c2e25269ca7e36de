import { ok } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import type { Fault } from '../harness.ts';
import { operations, neighbour, seedTargets } from '../operations.ts';
import { attempt, callContext } from '../world.ts';

/**
 * Far above what a stretch of work without pause should take, so that a slow machine passes, and far below what an
 * unlimited parser takes.
 */
const longestHoldMs = 500;
const lookEveryMs = 5;

/** Answers built to keep a parser busy must not make the process's other work wait. */
function holdsNothingUp(fault: Fault & ('flood' | 'swarm')): ConformanceCase {
  return {
    id: `holding.${fault}`,
    title: `an answer under the fault ${fault} does not keep the process from other work`,
    verbs: ['fault', 'heal'],
    fault,
    async run(world) {
      await seedTargets(world);
      await world.readOne(neighbour);
      await world.fault(fault);
      for (const operation of operations.filter(({ when }) => when(world.capabilities))) {
        const heldMs = await longestHold(() => attempt(() => operation.run(world, callContext({ timeoutMs: 8_000 }))));
        ok(
          heldMs < longestHoldMs,
          `${operation.name} under ${fault} keeps the event loop for ${Math.round(heldMs)} ms`,
        );
      }
      await world.heal();
    },
  };
}

/** The most that this thread worked between two looks. Time that the machine spent elsewhere does not count. */
async function longestHold(call: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = threadTime();
  const look = (): void => {
    const now = threadTime();
    longest = Math.max(longest, now - before);
    before = now;
  };
  const timer = setInterval(look, lookEveryMs);
  try {
    await call();
  } finally {
    clearInterval(timer);
  }
  look();
  return longest;
}

/** CPU time of this thread, in milliseconds. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Kit: answers built to keep a parser busy do not keep the process from other work. */
export const holdingCases: readonly ConformanceCase[] = (['flood', 'swarm'] as const).map(holdsNothingUp);
