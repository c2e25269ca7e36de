import {
  formatScopeId,
  internalBackendName,
  isReservedScope,
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
    async 'scopes.list'({ backend: name = internalBackendName }, call) {
      const backend = await backends.require(call, name);
      const narrowing = narrowingOf(call.caller);
      const { paths, unlisted } =
        backend.scopes !== undefined && (await backend.ready()).scopes
          ? { paths: await backend.scopes.list(call.context), unlisted: [] }
          : await scopesOfSecrets(backend, call);
      return {
        scopes: paths
          .filter((path) => !isReservedScope(path) && allowsScope(narrowing, name, path))
          .map((path) => formatScopeId({ backend: name, path })),
        unavailable: unlistedView(
          name,
          unlisted.filter(({ scope }) => reachesInto(narrowing, name, scope)),
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
): Promise<{ readonly paths: readonly ScopePath[]; readonly unlisted: readonly UnlistedScope[] }> {
  const { secrets, unlisted } = await backend.listAged({ depth: 'tree' }, call.context, 0);
  return { paths: [...new Set(secrets.map(({ scope }) => scope))].toSorted(), unlisted };
}
