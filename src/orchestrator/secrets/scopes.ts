import {
  formatScopeId,
  internalBackendName,
  isReservedScope,
  parseScopePath,
  type ListQuery,
  type ScopePath,
  type ScopeStore,
  type UnlistedScope,
} from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import { unsupported, type OpenBackends } from '../backends/open-backends.ts';
import type { Call } from '../caller.ts';
import type { HandlersFor } from '../handlers.ts';
import { allowsScope, narrowingOf, reachesInto } from '../narrowing.ts';
import { unlistedView } from '../resolution/unavailable.ts';
import { placeOf } from './place.ts';
import type { ScopeRenamer } from './rename-scope.ts';
import { concerns, rowsOf } from './scope-rows.ts';

type ScopeHandlers = HandlersFor<'scopes.list' | 'scopes.create' | 'scopes.rename' | 'scopes.delete'>;

/** Handlers for scopes, in backends that store them; elsewhere a scope is only part of its secrets' names. */
export function createScopes(backends: OpenBackends, renamer: ScopeRenamer): ScopeHandlers {
  async function requireStore(call: Call, name: string): Promise<ScopeStore> {
    const backend = await backends.require(call, name);
    if (backend.scopes === undefined || !(await backend.ready()).scopes)
      throw unsupported(name, 'manage scopes separately from their secrets');
    return backend.scopes;
  }

  return {
    async 'scopes.list'({ backend: name = internalBackendName, cached = false, ...part }, call) {
      const backend = await backends.require(call, name);
      const narrowing = narrowingOf(call.caller);
      const { paths, unlisted } =
        backend.scopes !== undefined && (await backend.ready()).scopes
          ? { paths: await backend.scopes.list(call.context), unlisted: [] }
          : await scopesOfSecrets(backend, call, part.folder, cached);
      const seen = paths.filter((path) => !isReservedScope(path) && allowsScope(narrowing, name, path));
      const { rows, total } = rowsOf({ backend: name, paths: seen }, part);
      return {
        scopes: rows.flatMap((row) => (row.kind === 'scope' ? [formatScopeId({ backend: name, path: row.path })] : [])),
        folders: rows.flatMap((row) => (row.kind === 'folder' ? [{ folder: row.folder, scopes: row.scopes }] : [])),
        total,
        unavailable: unlistedView(
          name,
          unlisted.filter((one) => reachesInto(narrowing, name, one.scope) && concerns(part.folder, one)),
        ),
      };
    },
    async 'scopes.create'({ scope }, call) {
      const place = placeOf(scope);
      const store = await requireStore(call, place.backend);
      await backends.change(call, place.backend, store.create(place.path, call.context));
      return { scope: formatScopeId(place) };
    },
    async 'scopes.rename'({ from, to, keepBindings = false, dryRun = false }, call) {
      const [source, target] = [placeOf(from), placeOf(to)];
      if (source.backend !== target.backend)
        throw new ApiError(
          'invalid_request',
          'a rename cannot move a scope to another backend',
          'set its secrets again in the other backend, then delete the scope',
        );
      const store = await requireStore(call, source.backend);
      const renaming = { backend: source.backend, from: source.path, to: target.path };
      const renamed = renamer.rename(call, renaming, { keepBindings, dryRun }, store);
      const bindings = await (dryRun ? renamed : backends.change(call, source.backend, renamed));
      if (!dryRun) call.note({ movedBindings: bindings.moved.map(({ id }) => id) });
      return { scope: formatScopeId(target), ...bindings };
    },
    async 'scopes.delete'({ scope }, call) {
      const place = placeOf(scope);
      const store = await requireStore(call, place.backend);
      return { deletedSecrets: await backends.change(call, place.backend, store.delete(place.path, call.context)) };
    },
  };
}

async function scopesOfSecrets(
  backend: HostedBackend,
  call: Call,
  folder: string | undefined,
  mayBeCached: boolean,
): Promise<{ readonly paths: readonly ScopePath[]; readonly unlisted: readonly UnlistedScope[] }> {
  // Whoever takes what was listed a moment ago goes on with the list of everything, and whoever does not asks for less.
  const parsed = folder === undefined || mayBeCached ? undefined : parseScopePath(folder);
  const query: ListQuery = { ...(parsed?.ok === true && { scope: parsed.value }), depth: 'tree' };
  const maxAgeMs = mayBeCached && backend.health().failure === undefined ? undefined : 0;
  const { secrets, unlisted } = await backend.listAged(query, call.context, maxAgeMs);
  return { paths: [...new Set(secrets.map(({ scope }) => scope))].toSorted(), unlisted };
}
