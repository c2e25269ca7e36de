import { equal, ok } from 'node:assert/strict';
import { SecretValue } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { expectAbsent, expectFound, expectRejection } from '../expect.ts';
import { binaryValues, textValues } from '../awkward-inputs.ts';
import { attempt, ref } from '../world.ts';

const secret = ref('apps/shop', 'TOKEN');
const when: NonNullable<ConformanceCase['when']> = ({ write }) => write;

/** Kit: a write stores exactly its bytes, and touches nothing else. */
export const writingCases: readonly ConformanceCase[] = [
  {
    id: 'writing.text',
    title: 'text is stored byte for byte',
    when,
    async run(world) {
      for (const { what, value } of textValues(world.capabilities.maxValueBytes)) {
        await world.write(secret, value);
        expectFound(await world.readOne(secret), value, what);
      }
    },
  },
  {
    id: 'writing.binary',
    title: 'bytes that are not text are stored byte for byte',
    when: ({ write, binary }) => write && binary,
    async run(world) {
      for (const { what, value } of binaryValues(world.capabilities.maxValueBytes)) {
        await world.write(secret, value);
        expectFound(await world.readOne(secret), value, what);
      }
    },
  },
  {
    id: 'writing.empty',
    title: 'an empty value is stored as such, or refused as an invalid argument',
    when,
    async run(world) {
      const attempted = await attempt(() => world.write(secret, ''));
      if (attempted.ok) expectFound(await world.readOne(secret), '');
      else equal(attempted.error.code, 'invalid_argument');
    },
  },
  {
    id: 'writing.visible',
    title: 'every write is what the next read finds',
    when,
    async run(world) {
      for (let round = 0; round < 5; round += 1) {
        await world.write(secret, `value ${round}`);
        expectFound(await world.readOne(secret), `value ${round}`);
      }
    },
  },
  {
    id: 'writing.receipt',
    title: "the receipt's version is the one that a read tells, and no two are alike",
    when,
    async run(world) {
      const seen = new Set<string>();
      for (const value of ['one', 'two', 'three']) {
        const { version } = await world.write(secret, value);
        ok(version !== '' && !seen.has(version), 'each write has a version of its own');
        seen.add(version);
        const outcome = await world.readOne(secret);
        if (outcome.status === 'found' && outcome.version !== undefined) equal(outcome.version, version);
      }
    },
  },
  {
    id: 'writing.neighbours',
    title: 'a write changes its own secret alone',
    when,
    async run(world) {
      const others = [
        ref('apps/shop', 'OTHER'),
        ref('apps', 'TOKEN'),
        ref('apps/shop/db', 'TOKEN'),
        ref('apps/shop2', 'TOKEN'),
      ];
      for (const other of others) await world.seed(other, `value of ${other.scope}`);
      await world.write(secret, 'new');
      for (const other of others)
        expectFound(await world.readOne(other), `value of ${other.scope}`, `${other.scope} ${other.key}`);
    },
  },
  {
    id: 'writing.at-once',
    title: "writers to one scope lose nothing of each other's",
    when,
    async run(world) {
      const refs = Array.from({ length: 6 }, (_, index) => ref('apps/shop', `K${index}`));
      await world.seed(ref('apps/shop', 'BEFORE'), 'before');
      const attempts = await Promise.all(refs.map((one) => attempt(() => world.write(one, `value of ${one.key}`))));
      for (const [index, one] of refs.entries()) {
        const attempted = attempts[index];
        if (attempted?.ok === true) expectFound(await world.readOne(one), `value of ${one.key}`, one.key);
        else equal(attempted?.error.code, 'conflict');
      }
      ok(
        attempts.some((attempted) => attempted.ok),
        'at least one writer succeeds',
      );
      expectFound(await world.readOne(ref('apps/shop', 'BEFORE')), 'before');
    },
  },
  {
    id: 'writing.largest',
    title: 'a value of exactly the declared size is stored',
    when,
    async run(world) {
      const value = SecretValue.fromText('z'.repeat(world.capabilities.maxValueBytes));
      await world.write(secret, value);
      expectFound(await world.readOne(secret), value);
    },
  },
  {
    id: 'writing.too-large',
    title: 'a value of one byte more is refused, and the stored one stays',
    when,
    async run(world) {
      await world.seed(secret, 'old');
      await expectRejection(
        () => world.write(secret, 'z'.repeat(world.capabilities.maxValueBytes + 1)),
        ['too_large'],
        'a write of one byte too many',
      );
      expectFound(await world.readOne(secret), 'old');
    },
  },
  {
    id: 'writing.other-scope',
    title: 'a value written to one scope is not found in another',
    when,
    async run(world) {
      await world.write(secret, 'value');
      expectAbsent(await world.readOne(ref('apps/shop2', 'TOKEN')));
    },
  },
];
