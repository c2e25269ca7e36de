import { equal, fail } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { expectFound, expectRejection, expectUnknown } from '../expect.ts';
import { neighbour, seedTargets, target, values } from '../operations.ts';

/** Kit: the adapter says plainly that its credentials were refused, which the host acts upon. */
export const signInCases: readonly ConformanceCase[] = [
  {
    id: 'sign-in.pause',
    title: 'once its credentials were refused, a backend is left alone until they may be good again',
    behindHost: true,
    verbs: ['rejectCredentials', 'heal'],
    async run(world) {
      await seedTargets(world);
      await world.readOne(neighbour);
      const requests = (await world.subject.provoke.rejectCredentials?.()) ?? fail('the case names the verb');
      expectUnknown(await world.readOne(target), ['unauthenticated'], 'a read with credentials that are refused');
      const before = requests();
      expectUnknown(await world.readOne(target), ['unauthenticated'], 'a read soon after that');
      await expectRejection(() => world.list(), ['unauthenticated'], 'a list soon after that');
      equal(requests(), before, 'requests reached the service in the meantime');
      await world.heal();
      expectFound(await world.readOne(target), values.target, 'a read once the host was told of a change');
    },
  },
];
