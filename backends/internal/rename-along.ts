import type { CallContext, ScopePath } from '@kici-dev/secret-backend';
import { guard } from './guard.ts';
import { renameScope, type Along } from './rename.ts';
import type { Store } from './store.ts';

/**
 * Renames a scope together with what others keep in the same database.
 * @throws BackendError as `renameScope`, and whatever `along` throws, unchanged
 */
export async function renameScopeAlong(
  store: Store,
  { from, to }: { readonly from: ScopePath; readonly to: ScopePath },
  context: CallContext,
  along: Along,
): Promise<void> {
  let refusal: { readonly error: unknown } | undefined;
  try {
    await guard(context, () =>
      renameScope(store, from, to, (transaction) => {
        refusal = undefined;
        return along(transaction).catch((error: unknown) => {
          refusal = { error };
          throw error;
        });
      }),
    );
  } catch (error) {
    // The guard would take any other error for the database's.
    throw refusal === undefined ? error : refusal.error;
  }
}
