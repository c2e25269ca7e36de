import { call } from '../../api/call.ts';
import { problemOf } from '../../api/problem.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';

/** The backends whose scopes are shown; none until they are known. */
export function useBackendNames(): readonly string[] {
  const { data, error } = useRead('backends.list', {});
  // Without permission to see backends, the internal store is still shown.
  return data?.backends.map(({ name }) => name) ?? (error === null ? [] : ['internal']);
}

/** Gets the scopes of every backend, as `kici-admin scope list --json` prints those of one. */
export function useWholeTree(): (() => Promise<object>) | undefined {
  const organization = useOrganization();
  const names = useBackendNames();
  if (names.length === 0) return undefined;
  // What one backend does not tell must not hide the others.
  const scopesOf = async (backend: string): Promise<object> =>
    call(organization, 'scopes.list', { backend }).catch((error: unknown) => ({ error: problemOf(error).code }));
  return async () => ({
    backends: await Promise.all(names.map(async (backend) => ({ backend, ...(await scopesOf(backend)) }))),
  });
}
