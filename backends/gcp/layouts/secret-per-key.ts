import {
  absent,
  BackendError,
  unknown,
  type ListPage,
  type ReadOutcome,
  type RecentWrites,
  type SecretDescriptor,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { secretPerKey } from '../capabilities.ts';
import type { KeyPlace, Naming } from '../names/naming.ts';
import { isVersion } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { accessVersion } from '../versions/access.ts';
import { addVersion } from '../versions/add.ts';
import { accessCurrent } from '../versions/current.ts';
import { deleteSecret } from '../versions/delete.ts';
import { listVersions } from '../versions/list.ts';
import { listSecretIds } from '../versions/secret-ids.ts';
import { isBelow, type Layout } from './layout.ts';
import { once, outcomeOf } from './outcomes.ts';

/** The newest version of a secret is the value of one key. */
export function createSecretPerKey(service: Service, recent: RecentWrites, naming: Naming<KeyPlace>): Layout {
  return {
    capabilities: secretPerKey,
    holds: (id) => naming.placeOf(id).kind === 'named',
    async *list(query, context) {
      for await (const ids of listSecretIds(service, context))
        yield describe(naming, ids, (scope) => isBelow(scope, query), query.scope === undefined);
    },
    async read(refs, context) {
      const find = once<ReadOutcome>();
      return Promise.all(
        refs.map((ref) =>
          find(JSON.stringify([ref.scope, ref.key, ref.version]), () =>
            outcomeOf(async () => {
              const id = naming.idOf(ref);
              if (id === undefined) return absent;
              if (ref.version === undefined) return accessCurrent(service, recent, id, context);
              return isVersion(ref.version) ? accessVersion(service, id, ref.version, context) : notAVersion();
            }),
          ),
        ),
      );
    },
    write: async (entry, context) =>
      addVersion(service, recent, requireId(naming, entry), entry.value.bytes(), context),
    async delete(ref, context) {
      const id = naming.idOf(ref);
      return id === undefined ? { existed: false } : deleteSecret(service, recent, id, context);
    },
    async versions(ref, context) {
      const id = naming.idOf(ref);
      return id === undefined ? [] : listVersions(service, id, context);
    },
    async restore(ref, context) {
      const id = requireId(naming, ref);
      const earlier = await requireVersion(service, id, ref.version, context);
      return addVersion(service, recent, id, earlier.value.bytes(), context);
    },
  };
}

function describe(
  naming: Naming<KeyPlace>,
  ids: readonly string[],
  isWanted: (scope: string) => boolean,
  withUnnameable: boolean,
): ListPage {
  const secrets: SecretDescriptor[] = [];
  const unnameable: UnnameableSecret[] = [];
  for (const id of ids) {
    const named = naming.placeOf(id);
    if (named.kind === 'named' && isWanted(named.place.scope)) secrets.push(named.place);
    if (named.kind === 'unnameable' && withUnnameable) unnameable.push({ name: id, reason: named.reason });
  }
  return unnameable.length === 0 ? { secrets } : { secrets, unnameable };
}

function requireId(naming: Naming<KeyPlace>, { scope, key }: KeyPlace): string {
  const id = naming.idOf({ scope, key });
  if (id === undefined)
    throw new BackendError('invalid_argument', {
      detail: 'the flat naming of this backend has no secret id for this scope and key',
    });
  return id;
}

export function notAVersion(): ReadOutcome {
  return unknown('invalid_argument', 'a version is a number, as a read or `versions` returns it');
}

/** The value for a restore. Rejects with a `BackendError`. */
export async function requireVersion(
  service: Service,
  id: string,
  version: string,
  context: Parameters<typeof accessVersion>[3],
): Promise<Extract<ReadOutcome, { status: 'found' }>> {
  const outcome = isVersion(version) ? await accessVersion(service, id, version, context) : absent;
  if (outcome.status === 'absent') throw new BackendError('not_found', { detail: 'there is no such version' });
  if (outcome.status === 'unknown') throw new BackendError(outcome.code, outcome);
  return outcome;
}
