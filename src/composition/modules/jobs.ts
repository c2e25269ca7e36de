import { ownTurn } from '@kici-dev/secret-federation';
import { listMatching } from '@kici-dev/secret-backend-internal';
import { ContainerModule } from 'inversify';
import { createJobStore } from '../../orchestrator/jobs/job-store.ts';
import { createJobs } from '../../orchestrator/jobs/jobs.ts';
import { createResolution } from '../../orchestrator/resolution/resolution.ts';
import { readGeneration } from '../../orchestrator/organizations/generation.ts';
import { createEnvironmentResolver } from '../../orchestrator/resolution/resolve.ts';
import { identifiers } from '../identifiers.ts';

/** Which backend supplies each key of an environment, and the jobs that read them. */
export const jobsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.environmentResolver).toResolvedValue(
    (environments, instances, storeOf, database, { step }) => {
      const resolver = createEnvironmentResolver(
        environments,
        instances,
        (organization, patterns, context) => listMatching(storeOf(organization), patterns, context, ownTurn),
        (organization) => readGeneration(database, organization),
      );
      return { ...resolver, resolve: (...request) => step('resolve', () => resolver.resolve(...request)) };
    },
    [
      identifiers.environmentStore,
      identifiers.instances,
      identifiers.internalStoreOf,
      identifiers.database,
      identifiers.telemetry,
    ],
  );
  bind(identifiers.jobStore).toResolvedValue(createJobStore, [
    identifiers.database,
    identifiers.keyring,
    identifiers.seals,
    identifiers.now,
  ]);
  bind(identifiers.areaHandlers).toResolvedValue(createResolution, [
    identifiers.environmentResolver,
    identifiers.environmentStore,
    identifiers.bindings,
    identifiers.variables,
    identifiers.now,
  ]);
  bind(identifiers.areaHandlers).toResolvedValue(createJobs, [
    identifiers.database,
    identifiers.environmentResolver,
    identifiers.instances,
    identifiers.variables,
    identifiers.jobStore,
    identifiers.now,
  ]);
});
