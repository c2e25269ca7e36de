import {
  BackendError,
  internalBackendName,
  type CallContext,
  type ScopePath,
  type ScopeStore,
} from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import {
  boundBy,
  moveBindings,
  namesOf,
  seenRows,
  type BoundBy,
  type Renaming,
} from '../environments/bindings-of-scope.ts';
import type { BindingRow, EnvironmentStore } from '../environments/store.ts';
import type { OperationOutput } from '../handlers.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

/**
 * Renames a scope of the internal store; `along` runs in the same transaction, and if it throws, nothing changes.
 * @throws BackendError, and what `along` throws
 */
export type RenameInternalScope = (
  organization: string,
  names: { readonly from: ScopePath; readonly to: ScopePath },
  context: CallContext,
  along: (transaction: Kysely<OrchestratorTables>) => Promise<void>,
) => Promise<void>;

/** Serves `scopes.rename`. */
export interface ScopeRenamer {
  /** @param store the backend's own */
  rename(call: Call, renaming: Renaming, options: RenameOptions, store: ScopeStore): Promise<RenamedBindings>;
}

export interface RenameOptions {
  readonly keepBindings: boolean;
  readonly dryRun: boolean;
}

export type RenamedBindings = Omit<OperationOutput<'scopes.rename'>, 'scope'>;

/** Thrown to roll back a dry run. */
class Rehearsed extends Error {
  override readonly name = 'Rehearsed';
}

/** Renames a scope together with the bindings that name it, or neither. */
export function createScopeRenamer(
  environments: EnvironmentStore,
  seals: Seals,
  renameInternal: RenameInternalScope,
): ScopeRenamer {
  async function renameInOneTransaction(
    call: Call,
    renaming: Renaming,
    { keepBindings, dryRun }: RenameOptions,
  ): Promise<RenamedBindings> {
    const { organization } = call;
    // Before the transaction, since loading a key needs the connection that the transaction holds.
    const own = await seals.of(organization);
    const result: { bound: BoundBy; moved: readonly BindingRow[] } = { bound: { exact: [], unmatched: [] }, moved: [] };
    try {
      await renameInternal(organization, renaming, call.context, async (transaction) => {
        result.bound = boundBy(await environments.all(organization, transaction), renaming);
        result.moved = keepBindings
          ? []
          : await moveBindings(transaction, seals, own, call, result.bound.exact, renaming);
        if (dryRun) throw new Rehearsed();
      });
    } catch (error) {
      if (!(error instanceof Rehearsed)) throw error;
    }
    return {
      moved: viewsOf(call, result.moved),
      kept: viewsOf(call, keepBindings ? result.bound.exact : []),
      unmatched: viewsOf(call, result.bound.unmatched),
    };
  }

  /** Another backend cannot join our transaction, and in between a lower-ranked secret would win. */
  async function renameScopeOnly(
    call: Call,
    renaming: Renaming,
    options: RenameOptions,
    store: ScopeStore,
  ): Promise<RenamedBindings> {
    const { exact, unmatched } = boundBy(await environments.all(call.organization), renaming);
    if (exact.length > 0 && !options.keepBindings)
      throw new ApiError(
        'conflict',
        `only the internal store moves bindings together with a scope, and ${namesOf(call.caller, exact)} would still name ${renaming.from}`,
        'bind the new name as well, rename the scope with `--keep-bindings`, then remove the bindings of the old one',
      );
    if (options.dryRun) await requireRenamable(await store.list(call.context), renaming);
    else await store.rename(renaming.from, renaming.to, call.context);
    return { moved: [], kept: viewsOf(call, exact), unmatched: viewsOf(call, unmatched) };
  }

  return {
    rename: (call, renaming, options, store) =>
      renaming.backend === internalBackendName
        ? renameInOneTransaction(call, renaming, options)
        : renameScopeOnly(call, renaming, options, store),
  };
}

async function requireRenamable(scopes: readonly ScopePath[], { from, to }: Renaming): Promise<void> {
  if (scopes.includes(to)) throw new BackendError('conflict', { detail: `the scope ${to} exists` });
  if (!scopes.includes(from)) throw new BackendError('not_found', { detail: `there is no scope ${from}` });
}

function viewsOf({ caller }: Call, rows: readonly BindingRow[]): RenamedBindings['moved'] {
  return seenRows(caller, rows).map(({ environment, id, scope }) => ({ environment, id, scope }));
}
