import { absent, found, SecretValue, type ReadOutcome, type SecretRef } from '@kici-dev/secret-backend';
import { changedReads, type Liar } from './liar.ts';

const inOneScope = (refs: readonly SecretRef[]): boolean => new Set(refs.map(({ scope }) => scope)).size === 1;
const isUnknown = (outcome: ReadOutcome, code: string): boolean =>
  outcome.status === 'unknown' && outcome.code === code;

export const readingLiars: readonly Liar[] = [
  {
    lie: 'takes a null for text',
    caught: 'outcome.null',
    tell: changedReads((outcome) =>
      isUnknown(outcome, 'wrong_shape') ? found(SecretValue.fromText('null')) : outcome,
    ),
  },
  {
    lie: 'answers the found ones first and the absent ones last',
    caught: 'batch.order',
    tell: (honest) => ({
      async read(refs, context) {
        const outcomes = await honest.read(refs, context);
        const reorders =
          inOneScope(refs) && refs.length < 10 && outcomes.filter(({ status }) => status === 'absent').length > 1;
        return reorders
          ? outcomes.toSorted((left, right) => Number(left.status === 'absent') - Number(right.status === 'absent'))
          : outcomes;
      },
    }),
  },
  {
    lie: 'answers a repeated ref once',
    caught: 'batch.duplicates',
    tell: changedReads((outcome, ref, { refs }) =>
      refs.indexOf(ref) !== refs.lastIndexOf(ref) && outcome.status === 'found' ? absent : outcome,
    ),
  },
  {
    lie: 'drops what comes after the second call to the service',
    caught: 'batch.large',
    tell: (honest) => ({
      read: async (refs, context) =>
        (await honest.read(refs, context)).map((outcome, index) => (index < 20 ? outcome : absent)),
    }),
  },
  {
    lie: 'asks for each secret by itself',
    caught: 'batch.few-requests',
    tell: (honest) => ({
      read: async (refs, context) =>
        refs.length < 20
          ? honest.read(refs, context)
          : (await Promise.all(refs.map((ref) => honest.read([ref], context)))).flat(),
    }),
  },
  {
    lie: 'fails the whole batch for one denied secret',
    caught: 'batch.one-denied',
    tell: changedReads((outcome, _, { refs, outcomes }) =>
      refs.length > 2 ? (outcomes.find((other) => isUnknown(other, 'permission_denied')) ?? outcome) : outcome,
    ),
  },
  {
    lie: "sorts the caller's refs",
    caught: 'batch.request-untouched',
    tell: (honest) => ({
      async read(refs, context) {
        const outcomes = await honest.read([...refs], context);
        if (Array.isArray(refs) && inOneScope(refs))
          refs.sort((left: SecretRef, right: SecretRef) => left.key.localeCompare(right.key));
        return outcomes;
      },
    }),
  },
  {
    lie: "answers a scope's keys differently in a batch over several scopes",
    caught: 'batch.like-singles',
    tell: changedReads((outcome, { scope }, { refs }) =>
      refs.length === 8 && scope === 'apps/shop/db' ? absent : outcome,
    ),
  },
  {
    lie: 'calls a deleted secret absent',
    caught: 'outcome.deleted',
    tell: changedReads((outcome) => (isUnknown(outcome, 'deleted') ? absent : outcome)),
  },
  {
    lie: 'calls a destroyed version absent',
    caught: 'outcome.destroyed',
    tell: changedReads((outcome) => (isUnknown(outcome, 'destroyed') ? absent : outcome)),
  },
  {
    lie: 'calls a secret scheduled for deletion absent',
    caught: 'outcome.scheduled',
    tell: changedReads((outcome) => (isUnknown(outcome, 'scheduled_for_deletion') ? absent : outcome)),
  },
  {
    lie: 'calls a corrupt payload absent',
    caught: 'outcome.corrupt',
    tell: changedReads((outcome) => (isUnknown(outcome, 'corrupt') ? absent : outcome)),
  },
  {
    lie: 'calls a denied secret absent when others of the batch are found',
    caught: 'outcome.denied',
    tell: changedReads((outcome, _, { outcomes }) =>
      isUnknown(outcome, 'permission_denied') &&
      outcomes.length === 2 &&
      outcomes.some(({ status }) => status === 'found')
        ? absent
        : outcome,
    ),
  },
  {
    lie: 'serves the newest enabled version where the current one is disabled',
    caught: 'outcome.disabled',
    tell: (honest) =>
      changedReads(async (outcome, ref, _, context) => {
        if (!isUnknown(outcome, 'disabled')) return outcome;
        const older = (await honest.versions(ref, context)).find(({ readable }) => readable);
        const [served] = await honest.read(
          [{ ...ref, ...(older !== undefined && { version: older.version }) }],
          context,
        );
        return served ?? outcome;
      })(honest),
  },
  {
    lie: 'keeps a cache that only its own writes clear',
    caught: 'reading.fresh',
    tell(honest) {
      const cache = new Map<string, ReadOutcome>();
      const id = ({ scope, key, version }: SecretRef): string => `${scope} ${key} ${version}`;
      const forget = (ref: SecretRef): void => {
        cache.delete(id({ scope: ref.scope, key: ref.key }));
      };
      return {
        ...changedReads((outcome, ref) => {
          if (outcome.status !== 'found') return outcome;
          const served = cache.get(id(ref)) ?? outcome;
          cache.set(id(ref), served);
          return served;
        })(honest),
        async write(entry, context) {
          forget(entry);
          return honest.write(entry, context);
        },
        async delete(ref, context) {
          forget(ref);
          return honest.delete(ref, context);
        },
      };
    },
  },
  {
    lie: 'lets reads that overlap share one answer',
    caught: 'reading.concurrent',
    tell(honest) {
      const inFlight = new Map<string, Promise<readonly ReadOutcome[]>>();
      return {
        read(refs, context) {
          const scope = refs.length === 1 ? (refs[0]?.scope ?? '') : '';
          const shared = inFlight.get(scope) ?? honest.read(refs, context).finally(() => inFlight.delete(scope));
          if (scope !== '') inFlight.set(scope, shared);
          return shared;
        },
      };
    },
  },
  {
    lie: 'finds names that every object has',
    caught: 'names.prototype',
    tell: changedReads((outcome, { key }) =>
      outcome.status === 'absent' && key in {} ? found(SecretValue.fromText('')) : outcome,
    ),
  },
  {
    lie: 'does not tell upper from lower case',
    caught: 'names.keys',
    tell: (honest) => ({
      read: (refs, context) =>
        honest.read(
          refs.map((ref) => ({ ...ref, key: ref.key === 'Token' ? 'TOKEN' : ref.key })),
          context,
        ),
    }),
  },
  {
    lie: 'answers a pin that it does not know with the current version',
    caught: 'versions.pin-missing',
    tell: (honest) =>
      changedReads(async (outcome, { scope, key, version }, _, context) => {
        if (outcome.status !== 'absent' || version === undefined) return outcome;
        const [current] = await honest.read([{ scope, key }], context);
        return current ?? outcome;
      })(honest),
  },
];
