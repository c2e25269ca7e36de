import { deepEqual } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { expectFound, expectRejection } from '../expect.ts';
import { callContext, missing, ref, type World } from '../world.ts';
import { expectNoValue } from './outcomes.ts';

const secret = ref('apps/shop', 'TOKEN');
const when: NonNullable<ConformanceCase['when']> = (can) => can.declare;
const declare = async ({ backend }: World): Promise<void> =>
  backend.declare === undefined ? missing('declare') : backend.declare(secret, callContext());

/** Kit: a name can exist without a value. */
export const declareCases: readonly ConformanceCase[] = [
  {
    id: 'declare.name',
    title: 'a declared name is listed as such and has no value',
    when,
    async run(world) {
      await declare(world);
      const { secrets } = await world.list();
      deepEqual(
        secrets.map(({ scope, key, declaredOnly }) => ({ scope, key, declaredOnly })),
        [{ ...secret, declaredOnly: true }],
      );
      expectNoValue(await world.readOne(secret));
    },
  },
  {
    id: 'declare.keeps',
    title: 'declaring a name that has a value leaves the value alone',
    when,
    async run(world) {
      await world.seed(secret, 'value');
      await declare(world);
      expectFound(await world.readOne(secret), 'value');
      deepEqual(
        (await world.list()).secrets.map(({ declaredOnly }) => declaredOnly),
        [undefined],
      );
    },
  },
  {
    id: 'declare.write',
    title: 'a declared name takes a value',
    when: (can) => can.declare && can.write,
    async run(world) {
      await declare(world);
      await world.write(secret, 'value');
      expectFound(await world.readOne(secret), 'value');
      deepEqual(
        (await world.list()).secrets.map(({ declaredOnly }) => declaredOnly),
        [undefined],
      );
    },
  },
  {
    id: 'declare.create',
    title: 'a write that expects nothing takes a declared name',
    when: (can) => can.declare && can.write && can.compareAndSet,
    async run(world) {
      await declare(world);
      await world.write(secret, 'value', null);
      await expectRejection(
        () => world.write(secret, 'other', null),
        ['conflict'],
        'a second write that expects nothing',
      );
      expectFound(await world.readOne(secret), 'value');
    },
  },
];
