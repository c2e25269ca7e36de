import { countRenames } from '@kici-dev/secret-backend-internal';
import { ContainerModule } from 'inversify';
import { createJobStore } from '../../orchestrator/jobs/job-store.ts';
import { createEnvironmentResolver } from '../../orchestrator/resolution/resolve.ts';
import { identifiers } from '../identifiers.ts';

/** Resolution and job sessions. */
export const sessionsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.environmentResolver).toResolvedValue(
    (environments, instances, database) =>
      createEnvironmentResolver(environments, instances, (organization) => countRenames(database, organization)),
    [identifiers.environmentStore, identifiers.instances, identifiers.database],
  );
  bind(identifiers.jobStore).toResolvedValue(createJobStore, [
    identifiers.database,
    identifiers.keyring,
    identifiers.seals,
    identifiers.now,
  ]);
});
