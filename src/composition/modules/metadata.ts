import { ContainerModule } from 'inversify';
import { createBindings } from '../../orchestrator/environments/bindings.ts';
import { createEnvironmentStore } from '../../orchestrator/environments/store.ts';
import { createOrganizations } from '../../orchestrator/organizations/organizations.ts';
import { createSeals } from '../../orchestrator/seals/seals.ts';
import { createSignInCodes } from '../../orchestrator/sessions/sign-in-codes.ts';
import { createSignIns } from '../../orchestrator/sessions/sign-ins.ts';
import { createTokenCallers } from '../../orchestrator/tokens/token-caller.ts';
import { createTokens } from '../../orchestrator/tokens/tokens.ts';
import { createVariables } from '../../orchestrator/variables/variables.ts';
import { defaultSignInLimits } from '../settings.ts';
import { identifiers } from '../identifiers.ts';

/** Organizations, tokens, sessions at the dashboard, environments, variables. */
export const metadataModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.seals).toResolvedValue(
    (keyring, log) =>
      createSeals(keyring, (what) => {
        log.error(`${what} was changed outside of the orchestrator: it is refused`);
      }),
    [identifiers.keyring, identifiers.log],
  );
  bind(identifiers.organizations).toResolvedValue(createOrganizations, [
    identifiers.database,
    identifiers.seals,
    identifiers.now,
  ]);
  bind(identifiers.accessTokens).toResolvedValue(createTokens, [
    identifiers.database,
    identifiers.seals,
    identifiers.now,
  ]);
  bind(identifiers.tokenCallers).toResolvedValue(createTokenCallers, [
    identifiers.database,
    identifiers.seals,
    identifiers.now,
  ]);
  bind(identifiers.signIns).toResolvedValue(
    (database, seals, now, { signInLimits }) =>
      createSignIns(database, seals, now, signInLimits ?? defaultSignInLimits),
    [identifiers.database, identifiers.seals, identifiers.now, identifiers.settings],
  );
  bind(identifiers.signInCodes).toResolvedValue(createSignInCodes, [
    identifiers.database,
    identifiers.seals,
    identifiers.now,
  ]);
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
});
