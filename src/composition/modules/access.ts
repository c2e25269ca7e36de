import { ContainerModule } from 'inversify';
import { createOrganizations } from '../../orchestrator/organizations/organizations.ts';
import { createSessions } from '../../orchestrator/sessions/sessions.ts';
import { createSignInCodes } from '../../orchestrator/sessions/sign-in-codes.ts';
import { createSignIns } from '../../orchestrator/sessions/sign-ins.ts';
import { createTokenCallers } from '../../orchestrator/tokens/token-caller.ts';
import { createTokens } from '../../orchestrator/tokens/tokens.ts';
import { identifiers } from '../identifiers.ts';
import { defaultSignInLimits } from '../settings.ts';

const rows = [identifiers.database, identifiers.seals, identifiers.now] as const;

/** Who may enter: organizations, their tokens, and dashboard sessions. */
export const accessModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.organizations).toResolvedValue(createOrganizations, [...rows]);
  bind(identifiers.accessTokens).toResolvedValue(createTokens, [...rows]);
  bind(identifiers.tokenCallers).toResolvedValue(createTokenCallers, [...rows]);
  bind(identifiers.signInCodes).toResolvedValue(createSignInCodes, [...rows]);
  bind(identifiers.signIns).toResolvedValue(
    (database, seals, now, { signInLimits }) =>
      createSignIns(database, seals, now, signInLimits ?? defaultSignInLimits),
    [...rows, identifiers.settings],
  );
  bind(identifiers.areaHandlers).toResolvedValue(({ handlers }) => handlers, [identifiers.organizations]);
  bind(identifiers.areaHandlers).toResolvedValue(({ handlers }) => handlers, [identifiers.accessTokens]);
  bind(identifiers.areaHandlers).toResolvedValue(createSessions, [
    identifiers.database,
    identifiers.seals,
    identifiers.signIns,
    identifiers.signInCodes,
  ]);
});
