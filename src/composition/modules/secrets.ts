import { ContainerModule } from 'inversify';
import { createScopeRenamer } from '../../orchestrator/secrets/rename-scope.ts';
import { createScopes } from '../../orchestrator/secrets/scopes.ts';
import { createSecretHandlers } from '../../orchestrator/secrets/secrets.ts';
import { createReadValues } from '../../orchestrator/values/read-values.ts';
import { createValueEntry } from '../../orchestrator/values/entry.ts';
import { identifiers } from '../identifiers.ts';

/** Secrets and scopes, and how values enter. */
export const secretsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.values).toResolvedValue(createValueEntry, [identifiers.keyring, identifiers.policy]);
  bind(identifiers.areaHandlers).toResolvedValue(createReadValues, [
    identifiers.policy,
    identifiers.tokenCallers,
    identifiers.environmentResolver,
    identifiers.keyring,
  ]);
  bind(identifiers.areaHandlers).toResolvedValue(createSecretHandlers, [
    identifiers.openBackends,
    identifiers.values,
    identifiers.writeInternalSecrets,
    identifiers.now,
  ]);
  bind(identifiers.areaHandlers).toResolvedValue(
    (backends, environments, seals, renameInternalScope) =>
      createScopes(backends, createScopeRenamer(environments, seals, renameInternalScope)),
    [identifiers.openBackends, identifiers.environmentStore, identifiers.seals, identifiers.renameInternalScope],
  );
});
