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
import { tokens } from '../tokens.ts';

/** Organisations, tokens, sessions at the dashboard, environments, variables. */
export const metadataModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.seals).toResolvedValue(
    (keyring, log) =>
      createSeals(keyring, (what) => {
        log.error(`${what} was changed outside of the orchestrator: it is refused`);
      }),
    [tokens.keyring, tokens.log],
  );
  bind(tokens.organizations).toResolvedValue(createOrganizations, [tokens.database, tokens.seals, tokens.now]);
  bind(tokens.tokens).toResolvedValue(createTokens, [tokens.database, tokens.seals, tokens.now]);
  bind(tokens.tokenCallers).toResolvedValue(createTokenCallers, [tokens.database, tokens.seals, tokens.now]);
  bind(tokens.signIns).toResolvedValue(
    (database, seals, now, { signInLimits }) =>
      createSignIns(database, seals, now, signInLimits ?? defaultSignInLimits),
    [tokens.database, tokens.seals, tokens.now, tokens.settings],
  );
  bind(tokens.signInCodes).toResolvedValue(createSignInCodes, [tokens.database, tokens.seals, tokens.now]);
  bind(tokens.environmentStore).toResolvedValue(createEnvironmentStore, [tokens.database, tokens.seals]);
  bind(tokens.bindings).toResolvedValue(
    (database, seals, environments, instances, now) =>
      createBindings(database, seals, environments, async (call, name) => (await instances.of(call)).has(name), now),
    [tokens.database, tokens.seals, tokens.environmentStore, tokens.instances, tokens.now],
  );
  bind(tokens.variables).toResolvedValue(createVariables, [
    tokens.database,
    tokens.seals,
    tokens.environmentStore,
    tokens.environmentResolver,
    tokens.now,
  ]);
});
