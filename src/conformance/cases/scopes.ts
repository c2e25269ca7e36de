import { deepEqual, equal, fail } from 'node:assert/strict';
import type { ScopeStore } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { describeOutcome, expectAbsent, expectFound, expectRejection, names } from '../expect.ts';
import { isGone } from './deleting.ts';
import { callContext, missing, path, ref, type World } from '../world.ts';

const when: NonNullable<ConformanceCase['when']> = (can) => can.scopes;
const scopesOf = ({ backend }: World): ScopeStore => backend.scopes ?? missing('scopes');
const [shop, shop2, store] = [path('apps/shop'), path('apps/shop2'), path('apps/store')];

/** Kit: scopes can be created, renamed and deleted. */
export const scopeCases: readonly ConformanceCase[] = [
  {
    id: 'scopes.create',
    title: 'a scope exists from its creation, without any secret, and once',
    when,
    async run(world) {
      const scopes = scopesOf(world);
      await scopes.create(shop, callContext());
      deepEqual(await scopes.list(callContext()), [shop]);
      deepEqual((await world.list()).secrets, []);
      await expectRejection(() => scopes.create(shop, callContext()), ['conflict'], 'creating a scope that exists');
    },
  },
  {
    id: 'scopes.written',
    title: 'a scope exists once a secret was written to it',
    when: (can) => can.scopes && can.write,
    async run(world) {
      await world.write(ref(shop, 'TOKEN'), 'value');
      deepEqual(await scopesOf(world).list(callContext()), [shop]);
    },
  },
  {
    id: 'scopes.rename',
    title: 'a rename moves every secret of the scope and nothing else',
    when,
    async run(world) {
      for (const one of [ref(shop, 'A'), ref(shop, 'B'), ref('apps/shop/db', 'A'), ref(shop2, 'A')])
        await world.seed(one, `value of ${one.scope} ${one.key}`);
      await scopesOf(world).rename(shop, store, callContext());
      expectFound(await world.readOne(ref(store, 'A')), 'value of apps/shop A');
      expectFound(await world.readOne(ref(store, 'B')), 'value of apps/shop B');
      expectAbsent(await world.readOne(ref(shop, 'A')), 'the old place');
      deepEqual(names((await world.list()).secrets), [
        'apps/shop/db A',
        'apps/shop2 A',
        'apps/store A',
        'apps/store B',
      ]);
    },
  },
  {
    id: 'scopes.rename-versions',
    title: 'a rename moves every version with its secret',
    when: (can) => can.scopes && can.versionPins,
    async run(world) {
      const { version } = await world.seed(ref(shop, 'A'), 'older');
      await world.seed(ref(shop, 'A'), 'newer');
      await scopesOf(world).rename(shop, store, callContext());
      expectFound(await world.readOne(ref(store, 'A', version)), 'older');
    },
  },
  {
    id: 'scopes.rename-onto',
    title: 'a rename onto a scope that exists conflicts, and one of nothing is not found; neither changes anything',
    when,
    async run(world) {
      for (const scope of [shop, shop2]) await world.seed(ref(scope, 'A'), `value of ${scope}`);
      await expectRejection(
        () => scopesOf(world).rename(shop, shop2, callContext()),
        ['conflict'],
        'renaming onto a scope',
      );
      await expectRejection(
        () => scopesOf(world).rename(path('apps/none'), store, callContext()),
        ['not_found'],
        'renaming nothing',
      );
      for (const scope of [shop, shop2]) expectFound(await world.readOne(ref(scope, 'A')), `value of ${scope}`);
    },
  },
  {
    id: 'scopes.delete',
    title: 'deleting a scope removes its secrets, counts them, and touches no other scope',
    when,
    async run(world) {
      for (const one of [ref(shop, 'A'), ref(shop, 'B'), ref('apps/shop/db', 'A'), ref(shop2, 'A')])
        await world.seed(one, 'value');
      equal(await scopesOf(world).delete(shop, callContext()), 2);
      const outcome = await world.readOne(ref(shop, 'A'));
      if (!isGone(outcome)) fail(`a secret of a deleted scope is ${describeOutcome(outcome)}`);
      const left = (await world.list()).secrets.filter(({ problem }) => problem === undefined);
      deepEqual(names(left), ['apps/shop/db A', 'apps/shop2 A']);
      await expectRejection(
        () => scopesOf(world).delete(shop, callContext()),
        ['not_found'],
        'deleting a scope that is gone',
      );
    },
  },
];
