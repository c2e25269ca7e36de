import { countRenames } from '@kici-dev/secret-backend-internal';
import { ContainerModule } from 'inversify';
import { createJobStore } from '../../orchestrator/jobs/job-store.ts';
import { createEnvironmentResolver } from '../../orchestrator/resolution/resolve.ts';
import { tokens } from '../tokens.ts';

/** Resolution and job sessions. */
export const sessionsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.environmentResolver).toResolvedValue(
    (environments, instances, database) =>
      createEnvironmentResolver(environments, instances, (organization) => countRenames(database, organization)),
    [tokens.environmentStore, tokens.instances, tokens.database],
  );
  bind(tokens.jobStore).toResolvedValue(createJobStore, [tokens.database, tokens.keyring, tokens.seals, tokens.now]);
});
