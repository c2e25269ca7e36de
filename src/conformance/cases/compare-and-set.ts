import { deepEqual, equal } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { expectFound, expectRejection } from '../expect.ts';
import { attempt, ref, type World } from '../world.ts';

const secret = ref('apps/shop', 'TOKEN');
const when: NonNullable<ConformanceCase['when']> = ({ write, compareAndSet }) => write && compareAndSet;

/** Kit: a write with an expected version changes nothing if that version is not current. */
export const compareAndSetCases: readonly ConformanceCase[] = [
  {
    id: 'cas.create',
    title: 'a write that expects nothing creates',
    when,
    async run(world) {
      await world.write(secret, 'value', null);
      expectFound(await world.readOne(secret), 'value');
    },
  },
  {
    id: 'cas.exists',
    title: 'a write that expects nothing conflicts where there is something',
    when,
    async run(world) {
      await world.seed(secret, 'old');
      await expectRejection(() => world.write(secret, 'new', null), ['conflict'], 'a write that expects nothing');
      expectFound(await world.readOne(secret), 'old');
    },
  },
  {
    id: 'cas.current',
    title: 'a write that expects the current version replaces it',
    when,
    async run(world) {
      const { version } = await world.write(secret, 'old');
      await world.write(secret, 'new', version);
      expectFound(await world.readOne(secret), 'new');
    },
  },
  {
    id: 'cas.stale',
    title: 'a write that expects an older version conflicts and changes nothing',
    when,
    async run(world) {
      const { version } = await world.write(secret, 'first');
      await world.write(secret, 'second');
      await expectRejection(
        () => world.write(secret, 'third', version),
        ['conflict'],
        'a write that expects an older version',
      );
      expectFound(await world.readOne(secret), 'second');
    },
  },
  {
    id: 'cas.one-winner',
    title: 'of writers who expect the same version, one succeeds and the others conflict',
    when,
    async run(world) {
      const { version } = await world.write(secret, 'old');
      const winners = await race(world, ['a', 'b', 'c', 'd'], version);
      equal(winners.length, 1);
      expectFound(await world.readOne(secret), winners[0] ?? '');
    },
  },
  {
    id: 'cas.one-creator',
    title: 'of writers who expect nothing, one creates and the others conflict',
    when,
    async run(world) {
      const winners = await race(world, ['a', 'b', 'c', 'd'], null);
      equal(winners.length, 1);
      expectFound(await world.readOne(secret), winners[0] ?? '');
    },
  },
];

async function race(
  world: World,
  values: readonly string[],
  expectedVersion: string | null,
): Promise<readonly string[]> {
  const attempts = await Promise.all(values.map((value) => attempt(() => world.write(secret, value, expectedVersion))));
  const codes = attempts.flatMap((attempted) => (attempted.ok ? [] : [attempted.error.code]));
  deepEqual(
    codes.filter((code) => code !== 'conflict'),
    [],
    'the loser is told of a conflict',
  );
  return values.filter((_, index) => attempts[index]?.ok === true);
}
