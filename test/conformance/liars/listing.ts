import { BackendError, type ListPage } from '@kici-dev/secret-backend';
import type { Honest, Liar } from './liar.ts';

type List = Honest['list'];

/** Lists whose pages are altered, by number. */
const changedPages =
  (change: (page: ListPage, number: number, ...call: Parameters<List>) => ListPage | Promise<ListPage>) =>
  (honest: Honest): { list: List } => ({
    async *list(query, context) {
      let number = 0;
      for await (const page of honest.list(query, context)) {
        yield await change(page, number, query, context);
        number += 1;
      }
    },
  });

/** Lists that end as if complete when they meet such an error. */
const quietlyEnding =
  (isQuiet: (error: BackendError, pages: number) => boolean) =>
  (honest: Honest): { list: List } => ({
    async *list(query, context) {
      let pages = 0;
      try {
        for await (const page of honest.list(query, context)) {
          yield page;
          pages += 1;
        }
      } catch (error) {
        if (!BackendError.is(error) || !isQuiet(error, pages)) throw error;
      }
    },
  });

export const listingLiars: readonly Liar[] = [
  {
    lie: 'lists a sibling that begins alike',
    caught: 'listing.tree',
    tell: (honest) => ({
      async *list({ scope, depth }, context) {
        if (scope === undefined || depth === 'scope')
          yield* honest.list({ depth, ...(scope !== undefined && { scope }) }, context);
        else
          for await (const page of honest.list({ depth }, context))
            yield { ...page, secrets: page.secrets.filter((secret) => secret.scope.startsWith(scope)) };
      },
    }),
  },
  {
    lie: 'lists the whole tree where one scope was asked for',
    caught: 'listing.scope',
    tell: (honest) => ({ list: (query, context) => honest.list({ ...query, depth: 'tree' }, context) }),
  },
  {
    lie: 'skips a secret where a page begins',
    caught: 'listing.pages',
    tell: changedPages((page, number) => (number === 0 ? page : { ...page, secrets: page.secrets.slice(1) })),
  },
  {
    lie: 'repeats a secret where a page begins',
    caught: 'listing.pages',
    tell: changedPages((page, number) =>
      number === 0 ? page : { ...page, secrets: [...page.secrets, ...page.secrets.slice(0, 1)] },
    ),
  },
  {
    lie: 'says nothing of a forbidden folder among others',
    caught: 'listing.denied-folder',
    tell: changedPages(({ secrets, ...rest }) => (secrets.length > 0 ? { secrets } : { secrets, ...rest })),
  },
  {
    lie: 'lists a forbidden folder as empty',
    caught: 'listing.denied-root',
    tell: changedPages(({ secrets, ...rest }, _, { scope }) =>
      scope === undefined ? { secrets, ...rest } : { secrets },
    ),
  },
  ...(
    [
      ['deleted', 'deleted'],
      ['destroyed', 'destroyed'],
      ['disabled', 'disabled'],
      ['scheduled for deletion', 'scheduled_for_deletion', 'scheduled'],
    ] as const
  ).map(([what, code, id = code]): Liar => ({
    lie: `says of the whole tree at a secret that is ${what} that it is unknown`,
    caught: `listing.${id}`,
    tell: (honest) => ({
      async *list(query, context) {
        for await (const page of honest.list(query, context)) {
          const outcomes = await honest.read(
            page.secrets.map(({ scope, key }) => ({ scope, key })),
            context,
          );
          const gone = page.secrets.filter((_, index) => {
            const outcome = outcomes[index];
            return outcome?.status === 'unknown' && outcome.code === code;
          });
          const isHidden = (scope: string): boolean =>
            gone.some((one) => scope === one.scope || scope.startsWith(`${one.scope}/`));
          yield gone.length === 0
            ? page
            : {
                ...page,
                secrets: page.secrets.filter(({ scope }) => !isHidden(scope)),
                unlisted: [...(page.unlisted ?? []), ...gone.map(({ scope }) => ({ scope, code }))],
              };
        }
      },
    }),
  })),
  {
    lie: 'leaves a deleted secret off the list',
    caught: 'listing.deleted',
    tell: (honest) => ({
      async *list(query, context) {
        for await (const page of honest.list(query, context)) {
          const outcomes = await honest.read(
            page.secrets.map(({ scope, key }) => ({ scope, key })),
            context,
          );
          yield {
            ...page,
            secrets: page.secrets.filter((_, index) => {
              const outcome = outcomes[index];
              return outcome?.status !== 'unknown' || outcome.code !== 'deleted';
            }),
          };
        }
      },
    }),
  },
  {
    lie: 'ends a list where a later page fails',
    caught: 'listing.breaks-midway',
    tell: quietlyEnding(({ code }, pages) => code === 'server_error' && pages > 0),
  },
  {
    lie: 'lists nothing when it is throttled',
    caught: 'fault.throttle.list',
    tell: quietlyEnding(({ code }) => code === 'throttled'),
  },
  {
    lie: 'rejects for a scope that does not exist',
    caught: 'listing.missing-scope',
    tell: changedPages((page, _, { scope }) => {
      if (scope === 'apps/none') throw new BackendError('not_found');
      return page;
    }),
  },
  {
    lie: 'takes what a list does not show for absent',
    caught: 'listing.hidden',
    tell: (honest) => ({
      async read(refs, context) {
        const outcomes = await honest.read(refs, context);
        const [only] = refs;
        if (refs.length !== 1 || only === undefined || outcomes[0]?.status !== 'found') return outcomes;
        for await (const { secrets } of honest.list({ depth: 'tree' }, context))
          if (secrets.some(({ scope, key }) => scope === only.scope && key === only.key)) return outcomes;
        return [{ status: 'absent' }];
      },
    }),
  },
  {
    lie: 'lists values beside the names',
    caught: 'leaks.answers',
    tell: (honest) =>
      changedPages(async ({ secrets, ...rest }, _, query, context) => {
        const outcomes = await honest.read(
          secrets.map(({ scope, key }) => ({ scope, key })),
          context,
        );
        // If one cannot be read it lists none, so that only the plain case catches it.
        if (outcomes.some(({ status }) => status !== 'found') || query.scope === undefined) return { secrets, ...rest };
        return {
          ...rest,
          secrets: secrets.map((secret, index) => ({
            ...secret,
            value: outcomes[index]?.status === 'found' ? outcomes[index].value.text() : '',
          })),
        };
      })(honest),
  },
  {
    lie: 'lists a declared name as if it had a value',
    caught: 'declare.name',
    tell: changedPages(({ secrets, ...rest }) => ({
      ...rest,
      secrets: secrets.map(({ scope, key, version }) => ({
        scope,
        key,
        ...(version !== undefined && { version }),
      })),
    })),
  },
];
