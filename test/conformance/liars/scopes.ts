import { BackendError } from '@kici-dev/secret-backend';
import type { Honest, Liar } from './liar.ts';

const changedScopes = (change: (honest: Honest) => Partial<Honest['scopes']>) => (honest: Honest) => ({
  scopes: { ...honest.scopes, ...change(honest) },
});

export const scopeLiars: readonly Liar[] = [
  {
    lie: 'moves current values and leaves versions behind',
    caught: 'scopes.rename-versions',
    tell: changedScopes((honest) => ({
      async rename(from, to, context) {
        const existing = await honest.scopes.list(context);
        if (!existing.includes(from)) throw new BackendError('not_found');
        if (existing.includes(to)) throw new BackendError('conflict');
        for await (const { secrets } of honest.list({ scope: from, depth: 'scope' }, context)) {
          for (const { key } of secrets) {
            const [outcome] = await honest.read([{ scope: from, key }], context);
            if (outcome?.status === 'found') await honest.write({ scope: to, key, value: outcome.value }, context);
            await honest.delete({ scope: from, key }, context);
          }
        }
        await honest.scopes.delete(from, context);
      },
    })),
  },
  {
    lie: 'deletes the scopes below, too',
    caught: 'scopes.delete',
    tell: changedScopes((honest) => ({
      async delete(scope, context) {
        const removed = await honest.scopes.delete(scope, context);
        for (const below of await honest.scopes.list(context))
          if (below.startsWith(`${scope}/`)) await honest.scopes.delete(below, context);
        return removed;
      },
    })),
  },
  {
    lie: 'creates a scope that exists',
    caught: 'scopes.create',
    tell: changedScopes((honest) => ({
      create: (scope, context) =>
        honest.scopes.create(scope, context).catch((error: unknown) => {
          if (!BackendError.is(error) || error.code !== 'conflict') throw error;
        }),
    })),
  },
];
