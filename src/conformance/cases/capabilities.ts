import { deepEqual, equal, ok } from 'node:assert/strict';
import { SecretValue, type BackendCapabilities } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { expectAbsent, expectFound, expectRejection, expectUnknown } from '../expect.ts';
import { ref } from '../world.ts';

const secret = ref('apps/shop', 'TOKEN');

/** Kit: an instance can do what its manifest declares, and nothing else. */
export const capabilityCases: readonly ConformanceCase[] = [
  {
    id: 'capabilities.frozen',
    title: 'the manifest is frozen and stays the same object',
    async run(world) {
      const before = world.backend.capabilities;
      await world.readOne(secret);
      await world.list();
      ok(Object.isFrozen(before), 'the manifest is frozen');
      equal(world.backend.capabilities, before, 'the manifest is one object for life');
    },
  },
  {
    id: 'capabilities.announced',
    title: 'an instance declares what its suite announces',
    async run({ backend, capabilities }) {
      deepEqual({ ...backend.capabilities }, { ...capabilities });
    },
  },
  {
    id: 'capabilities.sane',
    title: 'sizes are whole and positive, and what depends on writing comes with it',
    async run({ capabilities }) {
      for (const size of [capabilities.readBatchSize, capabilities.maxValueBytes])
        ok(Number.isSafeInteger(size) && size > 0, 'a size is a positive integer');
      const dependent: readonly (keyof BackendCapabilities)[] = ['compareAndSet', 'restore'];
      for (const name of dependent) ok(!capabilities[name] || capabilities.write, `${name} needs write`);
    },
  },
  ...(['write', 'delete', 'versions', 'restore', 'declare', 'scopes'] as const).map(withoutMethod),
  {
    id: 'absent.compareAndSet',
    title: 'without compareAndSet an expected version is refused, not ignored',
    when: (can) => can.write && !can.compareAndSet,
    async run(world) {
      await world.seed(secret, 'old');
      for (const expected of [null, '1'])
        await expectRejection(
          () => world.write(secret, 'new', expected),
          ['unsupported'],
          'a write with an expected version',
        );
      expectFound(await world.readOne(secret), 'old');
    },
  },
  {
    id: 'absent.versionPins',
    title: 'without versionPins a pinned version is refused, not answered with the current one',
    when: (can) => !can.versionPins,
    async run(world) {
      await world.seed(secret, 'value');
      const [pinned, current] = await world.read([{ ...secret, version: '1' }, secret]);
      expectUnknown(pinned, ['unsupported']);
      expectFound(current, 'value');
    },
  },
  {
    id: 'absent.binary',
    title: 'without binary, bytes that are not UTF-8 are refused and not replaced',
    when: (can) => can.write && !can.binary,
    async run(world) {
      await expectRejection(
        () => world.write(secret, SecretValue.fromBytes(Uint8Array.of(0xff, 0x80, 0))),
        ['unsupported'],
        'a write of bytes that are not UTF-8',
      );
      expectAbsent(await world.readOne(secret));
    },
  },
];

/** An undeclared method must be missing: callers decide by the manifest alone. */
function withoutMethod(
  capability: 'write' | 'delete' | 'versions' | 'restore' | 'declare' | 'scopes',
): ConformanceCase {
  return {
    id: `absent.${capability}`,
    title: `without the capability ${capability} there is no such method`,
    when: (can) => !can[capability],
    async run({ backend }) {
      equal(backend[capability], undefined);
    },
  };
}
