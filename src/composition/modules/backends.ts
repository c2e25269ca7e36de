import type { BackendDefinition } from '@kici-dev/secret-backend';
import { createStore, internalDefinition, renameScopeAlong } from '@kici-dev/secret-backend-internal';
import { ContainerModule } from 'inversify';
import { createInstances } from '../../orchestrator/backends/instances.ts';
import { createBackends } from '../../orchestrator/backends/require-backend.ts';
import { createBackendStore } from '../../orchestrator/backends/store.ts';
import { createBackendTypes, type BackendPackage } from '../../orchestrator/backends/types.ts';
import type { RenameInternalScope } from '../../orchestrator/secrets/rename-scope.ts';
import type { OrchestratorTables } from '../../orchestrator/tables.ts';
import { tokens } from '../tokens.ts';
import { backendPackage } from '../backend-package.ts';
import { createHostFor } from '../backend-host.ts';

/** The registry of backends and their open instances. */
export const backendsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.backendStore).toResolvedValue(createBackendStore, [tokens.database, tokens.keyring, tokens.seals]);
  bind(tokens.backendTypes).toResolvedValue<[BackendDefinition, BackendPackage[]]>(
    (internal, packages) => createBackendTypes([internal], packages),
    [tokens.internalDefinition, { isMultiple: true, serviceIdentifier: tokens.backendPackage }],
  );
  bind(tokens.hostFor).toResolvedValue(createHostFor, [tokens.settings, tokens.resolveAddress, tokens.log, tokens.now]);
  bind(tokens.instances).toResolvedValue(createInstances, [
    tokens.backendStore,
    tokens.backendTypes,
    tokens.internalDefinition,
    tokens.hostFor,
    tokens.requests,
  ]);
  bind(tokens.backends).toResolvedValue(createBackends, [tokens.instances, tokens.backendStore]);
});

/** The one backend that gets the database and the keyring. */
export const internalBackendModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.internalDefinition).toResolvedValue(
    (database, keyring, { keepDeletedMs }) => internalDefinition(database, keyring, keepDeletedMs),
    [tokens.database, tokens.keyring, tokens.settings],
  );
  bind(tokens.renameInternalScope).toResolvedValue(
    (database, keyring, { keepDeletedMs }, now): RenameInternalScope =>
      (organization, names, context, along) =>
        renameScopeAlong(createStore(database, keyring, organization, { now, keepDeletedMs }), names, context, (own) =>
          along(own.withTables<Pick<OrchestratorTables, keyof OrchestratorTables>>()),
        ),
    [tokens.database, tokens.keyring, tokens.settings, tokens.now],
  );
});

/** A package that the server's configuration names; it is imported when the first backend type is asked for. */
export function packageModule(name: string): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(tokens.backendPackage).toConstantValue(backendPackage(name));
  });
}
