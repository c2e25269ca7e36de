import { equal } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { expectFound, expectRejection, expectUnknown } from '../expect.ts';
import { neighbour, seedTargets, target, values } from '../operations.ts';

/** What the host does for every adapter, which has to say plainly that its credentials were refused. */
export const signInCases: readonly ConformanceCase[] = [
  {
    id: 'sign-in.pause',
    title: 'once its credentials were refused, a backend is left alone until they may be good again',
    behindHost: true,
    verbs: ['fault', 'heal', 'requestCount'],
    fault: 'expire',
    async run(world) {
      await seedTargets(world);
      await world.readOne(neighbour);
      await world.fault('expire');
      expectUnknown(await world.readOne(target), ['unauthenticated'], 'a read with credentials that are refused');
      const before = await world.requestCount();
      expectUnknown(await world.readOne(target), ['unauthenticated'], 'a read soon after that');
      await expectRejection(() => world.list(), ['unauthenticated'], 'a list soon after that');
      equal(await world.requestCount(), before, 'requests reached the service in the meantime');
      await world.heal();
      expectFound(await world.readOne(target), values.target, 'a read once the host was told of a change');
    },
  },
];
