import { createHash } from 'node:crypto';
import { sql, type CompiledQuery, type Kysely } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/errors.ts';
import { agentFacts } from '../../api/operations/tokens.ts';
import { roleNames } from '../../api/roles.ts';
import type { Caller } from '../caller.ts';
import { createLiveSessions } from '../jobs/live-session.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

export interface Authenticated {
  readonly caller: Caller;
  readonly generation: number;
}

/** Turns a bearer token into who calls, together with the organisation's generation. */
export interface Authenticator {
  /** @throws ApiError `unauthenticated`, `session_ended`, `permission_denied`, `not_found`, `tampered` */
  authenticate(authorization: string | undefined, organization: string): Promise<Authenticated>;
}

const list = z.array(z.string());
const roleName = z.enum(roleNames);

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Tells the two kinds of token apart without a look-up; only the hash decides. */
export const jobTokenPrefix = 'kicijob_';

export function createAuthenticator(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  now: () => number,
): Authenticator {
  // Compiled once, as they run with every request. The generation comes with the token, so that both are of one moment.
  const tokenQuery = database
    .selectFrom('tokens as t')
    .leftJoin('organizations as o', (join) => join.on('o.name', '=', sql<string>`${'organization'}`))
    .selectAll('t')
    .select('o.generation')
    .where('t.hash', '=', 'hash')
    .compile();
  const sessions = createLiveSessions(database, seals, now);

  async function byToken(hash: string, organization: string): Promise<Authenticated | undefined> {
    const [row] = (await database.executeQuery(withParameters(tokenQuery, [organization, hash]))).rows;
    if (row === undefined) return undefined;
    seals.require(row.seal, (await seals.of(row.organization)).token(row), `the token ${row.id}`);
    if (row.revoked_at !== null) throw new ApiError('unauthenticated', 'this token was revoked');
    if (row.expires_at !== null && row.expires_at <= now())
      throw new ApiError('unauthenticated', 'this token has expired');
    if (row.organization !== null && row.organization !== organization)
      throw new ApiError('permission_denied', 'this token belongs to another organisation');
    if (row.generation === null) throw new ApiError('not_found', `there is no organisation ${organization}`);
    const caller: Caller = {
      kind: 'token',
      id: row.id,
      name: row.name,
      role: roleName.parse(row.role),
      organization: row.organization ?? undefined,
      ...(row.scopes === null ? {} : { scopes: list.parse(JSON.parse(row.scopes)) }),
      ...(row.environments === null ? {} : { environments: list.parse(JSON.parse(row.environments)) }),
      ...(row.agent === null ? {} : { agent: agentFacts.parse(JSON.parse(row.agent)) }),
      ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    };
    return { caller, generation: row.generation };
  }

  async function byJobToken(hash: string, organization: string): Promise<Authenticated | undefined> {
    const session = await sessions.ofToken(hash);
    if (session === undefined || session.organization !== organization) return undefined;
    return { caller: { kind: 'job', jobId: session.id }, generation: session.generation };
  }

  return {
    async authenticate(authorization, organization) {
      // The scheme is a word in any case, with blanks after it (RFC 9110, section 11).
      const token = /^Bearer[ \t]+(\S+)[ \t]*$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) throw new ApiError('unauthenticated', 'the request has no token');
      const hash = hashToken(token);
      const authenticated = token.startsWith(jobTokenPrefix)
        ? await byJobToken(hash, organization)
        : await byToken(hash, organization);
      if (authenticated === undefined) throw new ApiError('unauthenticated', 'the token is not known here');
      return authenticated;
    },
  };
}

function withParameters<Row>(query: CompiledQuery<Row>, parameters: readonly string[]): CompiledQuery<Row> {
  return { ...query, parameters };
}
