import { deepEqual } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { describeOutcome, expectAbsent, expectFound, expectUnknown } from '../expect.ts';
import { binaryValues, textValues } from '../awkward-inputs.ts';
import { ref } from '../world.ts';

const secret = ref('apps/shop', 'TOKEN');

/** Kit: a read says found, absent or unknown for each secret, and never confuses two. */
export const readingCases: readonly ConformanceCase[] = [
  {
    id: 'reading.found',
    title: 'a stored secret is found',
    async run(world) {
      await world.seed(secret, 'value');
      expectFound(await world.readOne(secret), 'value');
    },
  },
  {
    id: 'reading.absent',
    title: 'what was never stored is absent: a key, a scope, a scope that is part of another',
    async run(world) {
      await world.seed(secret, 'value');
      for (const [scope, key] of [
        ['apps/shop', 'OTHER'],
        ['apps/none', 'TOKEN'],
        ['apps', 'TOKEN'],
        ['apps', 'shop'],
        ['apps/sho', 'TOKEN'],
        ['apps/shop/TOKEN', 'TOKEN'],
      ] as const) {
        expectAbsent(await world.readOne(ref(scope, key)), `${scope} ${key}`);
      }
    },
  },
  {
    id: 'reading.text',
    title: 'text is read byte for byte',
    async run(world) {
      const values = textValues(world.capabilities.maxValueBytes);
      for (const [index, { value }] of values.entries()) await world.seed(ref('apps/text', `T${index}`), value);
      for (const [index, { what, value }] of values.entries())
        expectFound(await world.readOne(ref('apps/text', `T${index}`)), value, what);
    },
  },
  {
    id: 'reading.binary',
    title: 'bytes that are not text are read byte for byte',
    when: ({ binary }) => binary,
    async run(world) {
      const values = binaryValues(world.capabilities.maxValueBytes);
      for (const [index, { value }] of values.entries()) await world.seed(ref('apps/binary', `B${index}`), value);
      for (const [index, { what, value }] of values.entries())
        expectFound(await world.readOne(ref('apps/binary', `B${index}`)), value, what);
    },
  },
  {
    id: 'reading.fresh',
    title: 'a value that changed in the store is served at once: a backend keeps no cache',
    async run(world) {
      for (const value of ['first', 'second', 'third']) {
        await world.seed(secret, value);
        expectFound(await world.readOne(secret), value);
      }
    },
  },
  {
    id: 'reading.concurrent',
    title: 'many reads at once each get their own answer',
    async run(world) {
      const refs = Array.from({ length: 20 }, (_, index) => ref(`apps/s${index % 4}`, `K${index}`));
      for (const one of refs) await world.seed(one, `value of ${one.key}`);
      const outcomes = await Promise.all(refs.map((one) => world.readOne(one)));
      for (const [index, outcome] of outcomes.entries())
        expectFound(outcome, `value of K${index}`, `the secret K${index}`);
    },
  },
  {
    id: 'reading.none',
    title: 'a read of nothing has no outcomes',
    async run(world) {
      deepEqual(await world.read([]), []);
    },
  },
];

/** Kit: reads of many secrets answer each one separately, in order. */
export const batchCases: readonly ConformanceCase[] = [
  {
    id: 'batch.order',
    title: 'outcomes come in the order of the refs, absent ones among them',
    async run(world) {
      for (const key of ['A', 'B', 'C', 'D']) await world.seed(ref('apps/shop', key), `value of ${key}`);
      const outcomes = await world.read(['D', 'none', 'A', 'C', 'nothing', 'B'].map((key) => ref('apps/shop', key)));
      deepEqual(
        outcomes.map((outcome) => (outcome.status === 'found' ? outcome.value.text() : describeOutcome(outcome))),
        ['value of D', 'absent', 'value of A', 'value of C', 'absent', 'value of B'],
      );
    },
  },
  {
    id: 'batch.duplicates',
    title: 'a ref that is asked for twice is answered twice',
    async run(world) {
      await world.seed(secret, 'value');
      const outcomes = await world.read([secret, ref('apps/shop', 'none'), secret, { ...secret }]);
      for (const index of [0, 2, 3]) expectFound(outcomes[index], 'value', `outcome ${index}`);
      expectAbsent(outcomes[1], 'outcome 1');
    },
  },
  {
    id: 'batch.large',
    title: 'a read of more refs than one call to the service takes is answered whole',
    async run(world) {
      const count = Math.min(world.capabilities.readBatchSize * 2 + 1, 500);
      const refs = Array.from({ length: count }, (_, index) => ref(`apps/b${index % 3}`, `K${index}`));
      const stored = (index: number): boolean => index % Math.ceil(count / 50) === 0;
      for (const [index, one] of refs.entries()) if (stored(index)) await world.seed(one, `value of ${one.key}`);
      for (const [index, outcome] of (await world.read(refs)).entries()) {
        if (stored(index)) expectFound(outcome, `value of K${index}`, `outcome ${index}`);
        else expectAbsent(outcome, `outcome ${index}`);
      }
    },
  },
  {
    id: 'batch.like-singles',
    title: 'a batch over several scopes says what single reads say',
    async run(world) {
      const refs = ['apps', 'apps/shop', 'apps/shop/db', 'other'].flatMap((scope) =>
        ['A', 'B'].map((key) => ref(scope, key)),
      );
      for (const [index, one] of refs.entries()) if (index % 3 !== 2) await world.seed(one, `${one.scope} ${one.key}`);
      const batch = await world.read(refs);
      for (const [index, one] of refs.entries()) {
        const single = await world.readOne(one);
        if (single.status === 'found') expectFound(batch[index], single.value, `${one.scope} ${one.key} in a batch`);
        else expectAbsent(batch[index], `${one.scope} ${one.key} in a batch`);
      }
    },
  },
  {
    id: 'batch.one-denied',
    title: 'one secret that may not be read takes no other with it',
    verbs: ['denyRead'],
    async run(world) {
      const refs = ['one', 'two', 'three'].map((name) => ref(`apps/${name}`, 'TOKEN'));
      for (const one of refs) await world.seed(one, `value of ${one.scope}`);
      await world.subject.provoke.denyRead?.(ref('apps/two', 'TOKEN'));
      const [first, second, third] = await world.read(refs);
      expectFound(first, 'value of apps/one');
      expectUnknown(second, ['permission_denied']);
      expectFound(third, 'value of apps/three');
    },
  },
  {
    id: 'batch.request-untouched',
    title: "the caller's refs are left as they were",
    async run(world) {
      const refs = ['C', 'A', 'B'].map((key) => ref('apps/shop', key));
      for (const one of refs) await world.seed(one, 'value');
      const before = structuredClone(refs);
      await world.read(refs);
      deepEqual(refs, before);
    },
  },
  {
    id: 'batch.few-requests',
    title: 'a read of one scope needs no more requests than `readBatchSize` says',
    verbs: ['requestCount'],
    async run(world) {
      const refs = Array.from({ length: 41 }, (_, index) => ref('apps/shop', `K${index}`));
      for (const one of refs) await world.seed(one, 'value');
      await world.readOne(ref('apps/shop', 'K0'));
      const before = await world.requestCount();
      await world.read(refs);
      const [used, allowed] = [
        (await world.requestCount()) - before,
        Math.ceil(refs.length / world.capabilities.readBatchSize),
      ];
      deepEqual({ requests: Math.max(used, allowed) }, { requests: allowed });
    },
  },
];
