import { deepEqual, equal, ok } from 'node:assert/strict';
import type { FailureCode } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { expectFound, names } from '../expect.ts';
import type { Verb } from '../harness.ts';
import { attempt, path, ref, type World } from '../world.ts';

type StateVerb = Extract<Verb, 'deleteCurrent' | 'destroyCurrent' | 'disableCurrent' | 'scheduleDeletion'>;

const tree = [
  ref('apps', 'A'),
  ref('apps/shop', 'B'),
  ref('apps/shop', 'C'),
  ref('apps/shop/db', 'D'),
  ref('apps/shop2', 'E'),
  ref('apps/sho', 'F'),
  ref('other', 'G'),
];

async function seedTree(world: World): Promise<void> {
  for (const secret of tree) await world.seed(secret, `value of ${secret.key}`);
}

/** A list reports the secret, or its scope alone; neighbours and scopes below are not affected. */
function state(id: string, title: string, verb: StateVerb, codes: readonly FailureCode[]): ConformanceCase {
  return {
    id: `listing.${id}`,
    title,
    verbs: [verb],
    async run(world) {
      const secret = ref('apps/shop', 'B');
      const others = tree.filter(({ scope }) => scope !== secret.scope);
      for (const other of others) await world.seed(other, 'value');
      await world.seed(secret, 'older');
      await world.seed(secret, 'newer');
      await world.subject.provoke[verb]?.(secret);
      for (const query of [{ depth: 'tree' }, { scope: secret.scope, depth: 'scope' }] as const) {
        const { secrets, unlisted } = await world.list(query);
        const own = secrets.filter(({ scope }) => scope === secret.scope);
        ok(own.length + unlisted.length > 0, 'the list says nothing of it, as if it had never been');
        for (const { problem } of own)
          ok(problem === undefined || codes.includes(problem), `the list says ${problem} of it`);
        for (const { scope, depth, code } of unlisted) {
          deepEqual({ scope, depth }, { scope: secret.scope, depth: 'scope' }, 'what could not be listed');
          ok(codes.includes(code), `the list says ${code} of its scope`);
        }
        if (query.depth === 'tree')
          deepEqual(
            names(secrets.filter(({ scope, problem }) => scope !== secret.scope && problem === undefined)),
            names(others),
          );
      }
    },
  };
}

/** Kit: a list has every name below its query, once, and says what it could not list. */
export const listingCases: readonly ConformanceCase[] = [
  {
    id: 'listing.everything',
    title: 'a list of the store has every secret exactly once',
    async run(world) {
      await seedTree(world);
      const listing = await world.list();
      deepEqual(names(listing.secrets), names(tree));
      deepEqual(listing.unlisted, []);
    },
  },
  {
    id: 'listing.tree',
    title: 'a list of a tree has the scope and what lies below it, and no sibling that merely begins alike',
    async run(world) {
      await seedTree(world);
      const { secrets } = await world.list({ scope: path('apps/shop'), depth: 'tree' });
      deepEqual(
        names(secrets),
        names(tree.filter(({ scope }) => scope === 'apps/shop' || scope.startsWith('apps/shop/'))),
      );
    },
  },
  {
    id: 'listing.scope',
    title: 'a list of one scope has its own secrets alone',
    async run(world) {
      await seedTree(world);
      const { secrets } = await world.list({ scope: path('apps/shop'), depth: 'scope' });
      deepEqual(names(secrets), names(tree.filter(({ scope }) => scope === 'apps/shop')));
    },
  },
  {
    id: 'listing.empty-store',
    title: 'an empty store lists nothing and reports no failure',
    async run(world) {
      const { secrets, unlisted } = await world.list();
      deepEqual({ secrets, unlisted }, { secrets: [], unlisted: [] });
    },
  },
  {
    id: 'listing.missing-scope',
    title: 'a scope that does not exist lists nothing and reports no failure',
    async run(world) {
      await seedTree(world);
      for (const depth of ['scope', 'tree'] as const) {
        const { secrets, unlisted } = await world.list({ scope: path('apps/none'), depth });
        deepEqual({ secrets, unlisted }, { secrets: [], unlisted: [] });
      }
    },
  },
  {
    id: 'listing.pages',
    title: 'a list of more than two pages has every secret exactly once',
    async run(world) {
      const wanted = await seedPages(world);
      const { secrets } = await world.list();
      equal(new Set(names(secrets)).size, secrets.length, 'no name is listed twice');
      deepEqual(names(secrets), names(wanted));
    },
  },
  {
    id: 'listing.stop',
    title: 'a list that is not read to its end ends cleanly',
    async run(world) {
      await seedTree(world);
      const call = { signal: new AbortController().signal, deadline: Date.now() + 15_000 };
      const iterator = world.backend.list({ depth: 'tree' }, call)[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.return?.();
      expectFound(await world.readOne(ref('apps', 'A')), 'value of A');
    },
  },
  {
    id: 'listing.readable',
    title: 'whatever is listed without a problem can be read',
    async run(world) {
      await seedTree(world);
      const { secrets } = await world.list();
      const outcomes = await world.read(secrets.map(({ scope, key }) => ({ scope, key })));
      for (const [index, { key }] of secrets.entries())
        expectFound(outcomes[index], `value of ${key}`, `the listed secret ${key}`);
    },
  },
  {
    id: 'listing.denied-folder',
    title: 'a folder that may not be listed is reported, and the rest is listed',
    verbs: ['denyList'],
    async run(world) {
      await seedTree(world);
      await world.subject.provoke.denyList?.(path('apps/shop'));
      const { secrets, unlisted } = await world.list();
      ok(
        unlisted.some(({ scope }) => scope === 'apps/shop'),
        'the folder is reported',
      );
      deepEqual(
        unlisted.filter(({ scope, code }) => code !== 'permission_denied' || !`${scope}/`.startsWith('apps/shop/')),
        [],
        'and nothing but the folder',
      );
      deepEqual(
        names(secrets),
        names(tree.filter(({ scope }) => scope !== 'apps/shop' && !scope.startsWith('apps/shop/'))),
      );
    },
  },
  {
    id: 'listing.denied-root',
    title: 'a list of nothing but a denied folder rejects or reports it',
    verbs: ['denyList'],
    async run(world) {
      await seedTree(world);
      await world.subject.provoke.denyList?.(path('apps/shop'));
      const attempted = await attempt(() => world.list({ scope: path('apps/shop'), depth: 'tree' }));
      const code = attempted.ok
        ? attempted.result.unlisted.find(({ scope }) => scope === 'apps/shop')?.code
        : attempted.error.code;
      equal(code, 'permission_denied', 'an empty list would say that nothing is there');
    },
  },
  state('deleted', 'a deleted secret is reported, and hides nothing else in the list', 'deleteCurrent', ['deleted']),
  state('destroyed', 'a destroyed secret is reported, and hides nothing else in the list', 'destroyCurrent', [
    'destroyed',
  ]),
  state('disabled', 'a disabled secret is reported, and hides nothing else in the list', 'disableCurrent', [
    'disabled',
  ]),
  state(
    'scheduled',
    'a secret that waits for its deletion is reported, and hides nothing else in the list',
    'scheduleDeletion',
    ['scheduled_for_deletion'],
  ),
  {
    id: 'listing.hidden',
    title: 'a secret that is missing from lists is still read',
    verbs: ['hideFromLists'],
    when: ({ listConsistency }) => listConsistency === 'eventual',
    async run(world) {
      await seedTree(world);
      await world.subject.provoke.hideFromLists?.(ref('apps/shop', 'B'));
      deepEqual(
        names((await world.list()).secrets),
        names(tree.filter(({ key }) => key !== 'B')),
        'the harness hides it',
      );
      expectFound(await world.readOne(ref('apps/shop', 'B')), 'value of B');
    },
  },
  {
    id: 'listing.after-write',
    title: 'a list that is declared strong has what was just written',
    when: ({ write, listConsistency }) => write && listConsistency === 'strong',
    async run(world) {
      await world.list();
      await world.write(ref('apps/new', 'FRESH'), 'value');
      deepEqual(names((await world.list()).secrets), ['apps/new FRESH']);
    },
  },
  {
    id: 'listing.breaks-midway',
    title: 'a list whose later pages fail does not end as if it were complete',
    verbs: ['fault', 'heal'],
    fault: 'server_error',
    async run(world) {
      const wanted = await seedPages(world);
      const seen = new Array<{ scope: ReturnType<typeof path>; key: string }>();
      let reported = false;
      const attempted = await attempt(async () => {
        for await (const page of world.backend.list(
          { depth: 'tree' },
          { signal: new AbortController().signal, deadline: Date.now() + 15_000 },
        )) {
          seen.push(...page.secrets);
          if ((page.unlisted ?? []).length > 0) reported = true;
          else await world.fault('server_error');
        }
      });
      ok(!attempted.ok || reported || seen.length === wanted.length, 'the list ended early without an error');
    },
  },
];

/** More than two pages, whether the service pages by scope or by secret. */
async function seedPages(world: World): Promise<readonly { scope: ReturnType<typeof path>; key: string }[]> {
  const scopes = Math.ceil(((world.harness.listPageSize ?? 50) * 2 + 1) / 2);
  const wanted = Array.from({ length: scopes * 2 }, (_, index) =>
    ref(`pages/p${Math.floor(index / 2)}`, `K${index % 2}`),
  );
  for (const secret of wanted) await world.seed(secret, `value of ${secret.key}`);
  return wanted;
}
