import { sql, type Kysely, type Selectable } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { agentFacts } from '../../api/operations/tokens.ts';
import { roleNames } from '../../api/roles.ts';
import type { TokenCaller } from '../caller.ts';
import { createCheckedRows } from '../seals/checked-rows.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

export interface KnownToken {
  readonly caller: TokenCaller;
  /** The organization's generation, read at the same moment as the token. */
  readonly generation: number;
}

/** Finds the caller that a token stands for, as of now. */
export interface TokenCallers {
  /**
   * @param hash of the token
   * @returns `undefined` if there is no such token
   * @throws ApiError `unauthenticated`, `permission_denied`, `not_found`, `tampered`
   */
  ofHash(hash: string, organization: string): Promise<KnownToken | undefined>;
  /** The organization that the token is limited to, if any. */
  organizationOf(hash: string): Promise<string | undefined>;
  /** As `ofHash`, by the token's id. */
  ofId(id: string, organization: string): Promise<KnownToken | undefined>;
}

type TokenRow = Selectable<OrchestratorTables['tokens']>;
type FoundRow = TokenRow & { readonly generation: number | null };

/** What a row says about its token. */
export type StoredToken = Omit<TokenCaller, 'signIn'>;

interface Terms {
  readonly caller: StoredToken;
  readonly isRevoked: boolean;
}

const list = z.array(z.string());
const roleName = z.enum(roleNames);

export function createTokenCallers(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  now: () => number,
): TokenCallers {
  // Compiled once, as they run with every request. The generation comes with the token, so that both are from one
  // moment.
  const all = database
    .selectFrom('tokens as t')
    .leftJoin('organizations as o', (join) => join.on('o.name', '=', sql<string>`${'organization'}`))
    .selectAll('t')
    .select('o.generation');
  const byHash = createCheckedRows(database, all.where('t.hash', '=', 'hash').compile(), check);
  const byId = createCheckedRows(database, all.where('t.id', '=', 'id').compile(), check);

  async function check(row: FoundRow): Promise<Terms> {
    const own = await seals.of(row.organization);
    seals.require(row.seal, own.token(row), `the token ${row.id}`);
    return { caller: readToken(row), isRevoked: row.revoked_at !== null };
  }

  async function find(look: typeof byHash, parameter: string, organization: string): Promise<KnownToken | undefined> {
    const known = await look([organization, parameter]);
    if (known === undefined) return undefined;
    const { caller, isRevoked } = known.made;
    if (isRevoked) throw new ApiError('unauthenticated', 'this token was revoked');
    if (caller.expiresAt !== undefined && caller.expiresAt <= now())
      throw new ApiError('unauthenticated', 'this token has expired');
    if (caller.organization !== undefined && caller.organization !== organization)
      throw new ApiError('permission_denied', 'this token belongs to another organization');
    if (known.generation === null) throw new ApiError('not_found', `there is no organization ${organization}`);
    return { caller, generation: known.generation };
  }

  return {
    ofHash: (hash, organization) => find(byHash, hash, organization),
    async organizationOf(hash) {
      const row = await database
        .selectFrom('tokens')
        .select('organization')
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row?.organization ?? undefined;
    },
    ofId: (id, organization) => find(byId, id, organization),
  };
}

export function readToken(row: TokenRow): StoredToken {
  return {
    kind: 'token',
    id: row.id,
    name: row.name,
    role: roleName.parse(row.role),
    organization: row.organization ?? undefined,
    ...(row.scopes !== null && { scopes: list.parse(JSON.parse(row.scopes)) }),
    ...(row.environments !== null && { environments: list.parse(JSON.parse(row.environments)) }),
    ...(row.agent !== null && { agent: agentFacts.parse(JSON.parse(row.agent)) }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
  };
}
