import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { rolePermissions } from '../../api/roles.ts';
import type { Caller, TokenCaller } from '../caller.ts';
import type { HandlersFor } from '../handlers.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import { exceeds, mostReach } from '../tokens/grants.ts';
import { readToken, type StoredToken } from '../tokens/token-caller.ts';
import type { SignInCodes } from './sign-in-codes.ts';
import { ofOrganization, type SignIn, type SignIns } from './sign-ins.ts';

/** Lists and ends dashboard sessions, and issues codes that open one. */
export function createSessions(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  signIns: SignIns,
  codes: SignInCodes,
): HandlersFor<'sessions.code' | 'sessions.list' | 'sessions.end'> {
  /**
   * Callers see their own token's sessions; with permission to manage tokens, also those of tokens that may do no more.
   */
  async function seenBy(
    caller: TokenCaller,
    organization: string,
    found: readonly SignIn[],
  ): Promise<readonly [SignIn, StoredToken][]> {
    const ids = new Set(found.map(({ token_id }) => token_id));
    // A statement takes a bounded number of values, and sessions have no bound.
    const all = await database
      .selectFrom('tokens')
      .selectAll()
      .where('id', 'in', (query) => query.selectFrom('sign_ins').select('token_id').where(ofOrganization(organization)))
      .execute();
    const rows = all.filter(({ id }) => ids.has(id));
    for (const row of rows)
      seals.require(row.seal, (await seals.of(row.organization)).token(row), `the token ${row.id}`);
    const tokens = new Map(rows.map((row) => [row.id, readToken(row)]));
    return found.flatMap((signIn): [SignIn, StoredToken][] => {
      const token = tokens.get(signIn.token_id);
      if (token === undefined) return [];
      const reach = { ...token, organization: token.organization ?? null };
      return token.id === caller.id || (manages(caller) && !exceeds(caller, reach)) ? [[signIn, token]] : [];
    });
  }

  return {
    async 'sessions.code'(_, { caller, organization }) {
      const { code, expiresAt } = await codes.issue(requireToken(caller), organization);
      return { code, expiresAt: rfc3339(expiresAt) };
    },
    async 'sessions.list'(_, { caller, organization }) {
      const own = requireToken(caller);
      return {
        sessions: (await seenBy(own, organization, await signIns.list(organization))).map(([signIn, token]) => ({
          id: signIn.id,
          tokenId: token.id,
          tokenName: token.name,
          role: token.role,
          createdAt: rfc3339(signIn.created_at),
          usedAt: rfc3339(signIn.used_at),
          expiresAt: rfc3339(signIn.expires_at),
          own: signIn.id === own.signIn,
        })),
      };
    },
    async 'sessions.end'({ id }, { caller, organization }) {
      const own = requireToken(caller);
      const found = await signIns.find(organization, id);
      // A row that was tampered with is not believed: ending it takes the highest rights.
      const may =
        found !== undefined &&
        (found.isOwn
          ? (await seenBy(own, organization, [found.signIn])).length > 0
          : manages(own) && !exceeds(own, mostReach));
      if (!may) throw new ApiError('not_found', `there is no session ${id}`, 'see `kici-admin session list`');
      await signIns.end(id);
      return {};
    },
  };
}

function manages({ role }: TokenCaller): boolean {
  return rolePermissions[role].includes('tokens:manage');
}

function requireToken(caller: Caller): TokenCaller {
  if (caller.kind !== 'token') throw new ApiError('permission_denied', 'a job cannot use dashboard sessions');
  return caller;
}
