import { ContainerModule } from 'inversify';
import { createJobStore } from '../../orchestrator/jobs/job-store.ts';
import { createEnvironmentResolver } from '../../orchestrator/resolution/resolve.ts';
import { tokens } from '../tokens.ts';

/** Resolution and job sessions. */
export const sessionsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.environmentResolver).toResolvedValue(createEnvironmentResolver, [tokens.environmentStore, tokens.instances]);
  bind(tokens.jobStore).toResolvedValue(createJobStore, [tokens.database, tokens.keyring, tokens.now]);
});
