import { ContainerModule } from 'inversify';
import { createBindings } from '../../orchestrator/environments/bindings.ts';
import { createEnvironments } from '../../orchestrator/environments/environments.ts';
import { createEnvironmentStore } from '../../orchestrator/environments/store.ts';
import { createVariables } from '../../orchestrator/variables/variables.ts';
import { identifiers } from '../identifiers.ts';

/** Environments with their bindings and variables. */
export const environmentsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.environmentStore).toResolvedValue(createEnvironmentStore, [identifiers.database, identifiers.seals]);
  bind(identifiers.bindings).toResolvedValue(
    (database, seals, environments, instances, now) =>
      createBindings(database, seals, environments, async (call, name) => (await instances.of(call)).has(name), now),
    [identifiers.database, identifiers.seals, identifiers.environmentStore, identifiers.instances, identifiers.now],
  );
  bind(identifiers.variables).toResolvedValue(createVariables, [
    identifiers.database,
    identifiers.seals,
    identifiers.environmentStore,
    identifiers.environmentResolver,
    identifiers.now,
  ]);
  bind(identifiers.areaHandlers).toResolvedValue(createEnvironments, [
    identifiers.database,
    identifiers.seals,
    identifiers.environmentStore,
    identifiers.bindings,
    identifiers.now,
  ]);
  bind(identifiers.areaHandlers).toResolvedValue(({ handlers }) => handlers, [identifiers.bindings]);
  bind(identifiers.areaHandlers).toResolvedValue(({ handlers }) => handlers, [identifiers.variables]);
});
