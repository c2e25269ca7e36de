import { internalBackendName, type BackendDefinition, type ReadOutcome } from '@kici-dev/secret-backend';
import type { BackendObserver } from '@kici-dev/secret-federation';
import {
  createStore,
  internalDefinition,
  readUnguarded,
  renameScopeAlong,
  writeSecretsAsOne,
  type WrittenAll,
} from '@kici-dev/secret-backend-internal';
import { ContainerModule } from 'inversify';
import { rowsNow } from '../../database/cells-of.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { createBackendHandlers } from '../../orchestrator/backends/handlers.ts';
import { createInstances } from '../../orchestrator/backends/instances.ts';
import { createOpenBackends } from '../../orchestrator/backends/open-backends.ts';
import { createBackendStore } from '../../orchestrator/backends/store.ts';
import { createBackendTypes, type BackendPackage } from '../../orchestrator/backends/types.ts';
import type { WriteInternalSecrets } from '../../orchestrator/secrets/import.ts';
import type { RenameInternalScope } from '../../orchestrator/secrets/rename-scope.ts';
import type { OrchestratorTables } from '../../orchestrator/tables.ts';
import { identifiers, type InternalStoreOf } from '../identifiers.ts';
import { backendPackage } from '../backend-package.ts';
import { createHostFor } from '../backend-host.ts';

/** The registry of backends and their open instances. */
export const backendsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.backendStore).toResolvedValue(createBackendStore, [
    identifiers.database,
    identifiers.keyring,
    identifiers.seals,
    identifiers.now,
  ]);
  bind(identifiers.backendTypes).toResolvedValue<[BackendDefinition, BackendPackage[]]>(
    (internal, packages) => createBackendTypes([internal], packages),
    [identifiers.internalDefinition, { isMultiple: true, serviceIdentifier: identifiers.backendPackage }],
  );
  bind(identifiers.hostFor).toResolvedValue(createHostFor, [
    identifiers.settings,
    identifiers.resolveAddress,
    identifiers.log,
    identifiers.now,
    identifiers.telemetry,
  ]);
  bind(identifiers.instances).toResolvedValue(
    (store, types, internal, hostFor, requests, storeOf, { backend }) =>
      createInstances(store, types, internal, hostFor, requests, (organization) => {
        const own = storeOf(organization);
        const observer = backend?.(organization, internalBackendName);
        return observer === undefined
          ? (refs) => readUnguarded(own, refs)
          : (refs) => observedRead(observer, () => readUnguarded(own, refs));
      }),
    [
      identifiers.backendStore,
      identifiers.backendTypes,
      identifiers.internalDefinition,
      identifiers.hostFor,
      identifiers.requests,
      identifiers.internalStoreOf,
      identifiers.telemetry,
    ],
  );
  bind(identifiers.openBackends).toResolvedValue(createOpenBackends, [identifiers.instances, identifiers.backendStore]);
  bind(identifiers.areaHandlers).toResolvedValue(
    (store, types, instances, environments, values, now) =>
      createBackendHandlers({ store, types, instances, environments, values, now }),
    [
      identifiers.backendStore,
      identifiers.backendTypes,
      identifiers.instances,
      identifiers.environmentStore,
      identifiers.values,
      identifiers.now,
    ],
  );
});

/** The internal store is read past its host, and so past what the host tells. */
async function observedRead(
  observer: BackendObserver,
  read: () => readonly ReadOutcome[] | Promise<readonly ReadOutcome[]>,
): Promise<readonly ReadOutcome[]> {
  const outcomes = await observer.call(
    'read',
    async () => read(),
    () => undefined,
  );
  for (const outcome of outcomes)
    observer.read(outcome.status === 'unknown' ? outcome.code : outcome.status, 'backend');
  return outcomes;
}

/** Each remembers some megabytes at most. */
const mostStores = 8;

/** The only backend that gets the database and the keyring. */
export const internalBackendModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.internalDefinition).toResolvedValue(
    (database, keyring, { keepDeletedMs }) => internalDefinition(database, keyring, keepDeletedMs, inTransaction),
    [identifiers.database, identifiers.keyring, identifiers.settings],
  );
  bind(identifiers.internalStoreOf).toResolvedValue(
    (database, keyring, { keepDeletedMs }, now): InternalStoreOf => {
      const open = (organization: string): ReturnType<InternalStoreOf> =>
        createStore(database, keyring, organization, { now, keepDeletedMs, inTransaction }, (query) =>
          rowsNow(database, query),
        );
      // One for each of those that were asked for last, which knows the rows whose seals it has checked.
      const stores = new Map<string, ReturnType<InternalStoreOf>>();
      return (organization) => {
        const store = stores.get(organization) ?? open(organization);
        stores.delete(organization);
        stores.set(organization, store);
        const [oldest] = stores.keys();
        if (stores.size > mostStores && oldest !== undefined) stores.delete(oldest);
        return store;
      };
    },
    [identifiers.database, identifiers.keyring, identifiers.settings, identifiers.now],
  );
  bind(identifiers.renameInternalScope).toResolvedValue(
    (storeOf): RenameInternalScope =>
      (organization, names, context, along) =>
        renameScopeAlong(storeOf(organization), names, context, (own) =>
          along(own.withTables<Pick<OrchestratorTables, keyof OrchestratorTables>>()),
        ),
    [identifiers.internalStoreOf],
  );
  bind(identifiers.writeInternalSecrets).toResolvedValue(
    (storeOf, { backend }): WriteInternalSecrets =>
      (organization, entries, context) => {
        const write = (): Promise<WrittenAll> => writeSecretsAsOne(storeOf(organization), entries, context);
        const observer = backend?.(organization, internalBackendName);
        return observer === undefined
          ? write()
          : observer.call('change', write, (outcome) =>
              'refused' in outcome ? outcome.refused.error.code : undefined,
            );
      },
    [identifiers.internalStoreOf, identifiers.telemetry],
  );
});

/** A package that the server's configuration names, imported when a backend type is first requested. */
export function packageModule(name: string): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(identifiers.backendPackage).toConstantValue(backendPackage(name));
  });
}
