import { deepEqual, fail } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { ScopeStore } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { endsBy, expectFound, expectRejection, expectUnknown } from '../expect.ts';
import { operations, seedTargets, target, values, type TriedOperation } from '../operations.ts';
import { callContext, path, type World } from '../world.ts';

const limitMs = 5_000;

function abortedBefore(operation: TriedOperation): ConformanceCase {
  return {
    id: `abort.before.${operation.name}`,
    title: `${operation.name} with a signal that has fired already does nothing and says so`,
    when: operation.when,
    async run(world) {
      await seedTargets(world);
      await expectAborted(world, operation, AbortSignal.abort());
      expectFound(await world.readOne(target), values.target, 'what the call was about');
    },
  };
}

function abortedDuring(operation: TriedOperation): ConformanceCase {
  return {
    id: `abort.during.${operation.name}`,
    title: `${operation.name} ends when its signal fires`,
    when: operation.when,
    verbs: ['fault', 'heal'],
    fault: 'hang',
    async run(world) {
      await seedTargets(world);
      await world.readOne(target);
      await world.fault('hang');
      const controller = new AbortController();
      const ended = endsBy(limitMs, operation.name, expectAborted(world, operation, controller.signal));
      // The result must be the same whether or not the request has left by now.
      await wait(50);
      controller.abort();
      await ended;
      await world.heal();
    },
  };
}

async function expectAborted(world: World, operation: TriedOperation, signal: AbortSignal): Promise<void> {
  const call = () => operation.run(world, callContext({ signal, timeoutMs: 60_000 }));
  if (operation.name !== 'read' && operation.name !== 'batch')
    return expectRejection(call, ['aborted'], operation.name);
  for (const outcome of (await call()).outcomes ?? fail('a read answers'))
    expectUnknown(outcome, ['aborted'], 'an aborted read');
}

/** Kit: calls are refused after close, and cancelled ones end. */
export const lifecycleCases: readonly ConformanceCase[] = [
  ...operations.flatMap((operation) => [abortedBefore(operation), abortedDuring(operation)]),
  {
    id: 'close.rejects',
    title: 'after closing, every call rejects with closed',
    async run(world) {
      await seedTargets(world);
      await world.readOne(target);
      await world.backend.close();
      for (const [name, call] of callsOf(world)) await expectRejection(call, ['closed'], `${name} after closing`);
    },
  },
  {
    id: 'close.twice',
    title: 'closing twice is safe, used or unused',
    async run({ backend }) {
      await backend.close();
      await backend.close();
    },
  },
  {
    id: 'close.releases',
    title: 'a closed backend leaves no timer and no connection behind',
    async run(world) {
      await seedTargets(world);
      const before = await leastHeld();
      await world.readOne(target);
      await world.list();
      await world.backend.check(callContext());
      await world.backend.close();
      const end = Date.now() + limitMs;
      while (growth(before).length > 0 && Date.now() < end) await wait(20);
      deepEqual(growth(before), [], 'what keeps the process alive after closing');
    },
  },
];

function callsOf(world: World): readonly (readonly [string, () => Promise<unknown>])[] {
  const { backend, capabilities: can } = world;
  return [
    ...operations
      .filter(({ when }) => when(can))
      .map((operation) => [operation.name, () => operation.run(world, callContext())] as const),
    ...(backend.versions === undefined
      ? []
      : [['versions', async () => backend.versions?.(target, callContext())] as const]),
    ...(backend.restore === undefined
      ? []
      : [['restore', async () => backend.restore?.({ ...target, version: '1' }, callContext())] as const]),
    ...(backend.declare === undefined
      ? []
      : [['declare', async () => backend.declare?.(target, callContext())] as const]),
    ...(backend.scopes === undefined ? [] : scopeCalls(backend.scopes)),
  ];
}

function scopeCalls(scopes: ScopeStore): readonly (readonly [string, () => Promise<unknown>])[] {
  const [here, there] = [path('apps/shop'), path('apps/there')];
  return [
    ['scopes.list', () => scopes.list(callContext())],
    ['scopes.create', () => scopes.create(there, callContext())],
    ['scopes.rename', () => scopes.rename(here, there, callContext())],
    ['scopes.delete', () => scopes.delete(here, callContext())],
  ];
}

/** The runner's own timers come and go, so the lowest count of several is the base line. */
async function leastHeld(): Promise<ReadonlyMap<string, number>> {
  let least = heldResources();
  for (let sample = 0; sample < 4; sample += 1) {
    await wait(10);
    const now = heldResources();
    least = new Map([...least].map(([kind, count]) => [kind, Math.min(count, now.get(kind) ?? 0)]));
  }
  return least;
}

/** Counts what keeps the process alive, by kind. The wait between two looks has ended by then. */
function heldResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function growth(before: ReadonlyMap<string, number>): string[] {
  const watched = /Timeout|TCP|TLS|Pipe|UDP|Http|Process|Worker/i;
  return [...heldResources()]
    .filter(([kind, count]) => watched.test(kind) && count > (before.get(kind) ?? 0))
    .map(([kind]) => kind);
}
