import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/errors.ts';
import { agentFacts } from '../../api/operations/tokens.ts';
import { roleNames } from '../../api/roles.ts';
import type { Caller } from '../caller.ts';
import type { OrchestratorTables } from '../tables.ts';

export interface Authenticated {
  readonly caller: Caller;
  readonly generation: number;
}

/** Turns a bearer token into who calls, together with the organisation's generation. */
export interface Authenticator {
  /** @throws ApiError `unauthenticated`, `session_ended`, `permission_denied`, `not_found` */
  authenticate(authorization: string | undefined, organization: string): Promise<Authenticated>;
}

const list = z.array(z.string());
const roleName = z.enum(roleNames);

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function createAuthenticator(database: Kysely<OrchestratorTables>, now: () => number): Authenticator {
  async function generationOf(organization: string): Promise<number> {
    const row = await database.selectFrom('organizations').select('generation').where('name', '=', organization).executeTakeFirst();
    if (row === undefined) throw new ApiError('not_found', `there is no organisation ${organization}`);
    return row.generation;
  }

  async function tokenCaller(hash: string, organization: string): Promise<Caller | undefined> {
    const row = await database.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.revoked_at !== null) throw new ApiError('unauthenticated', 'this token was revoked');
    if (row.expires_at !== null && row.expires_at <= now()) throw new ApiError('unauthenticated', 'this token has expired');
    if (row.organization !== null && row.organization !== organization) throw new ApiError('permission_denied', 'this token belongs to another organisation');
    return {
      kind: 'token', id: row.id, name: row.name, role: roleName.parse(row.role), organization: row.organization ?? undefined,
      ...(row.scopes === null ? {} : { scopes: list.parse(JSON.parse(row.scopes)) }),
      ...(row.environments === null ? {} : { environments: list.parse(JSON.parse(row.environments)) }),
      ...(row.agent === null ? {} : { agent: agentFacts.parse(JSON.parse(row.agent)) }),
    };
  }

  async function jobCaller(hash: string, organization: string): Promise<Caller | undefined> {
    const row = await database.selectFrom('jobs').select(['id', 'organization', 'closed_at', 'expires_at']).where('token_hash', '=', hash).executeTakeFirst();
    if (row === undefined || row.organization !== organization) return undefined;
    if (row.closed_at !== null) throw new ApiError('session_ended', `the session of job ${row.id} was closed`);
    if (row.expires_at <= now()) throw new ApiError('session_ended', `the session of job ${row.id} has expired`);
    return { kind: 'job', jobId: row.id };
  }

  return {
    async authenticate(authorization, organization) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
      if (token === undefined) throw new ApiError('unauthenticated', 'the request has no token');
      const hash = hashToken(token);
      const caller = await tokenCaller(hash, organization) ?? await jobCaller(hash, organization);
      if (caller === undefined) throw new ApiError('unauthenticated', 'the token is not known here');
      return { caller, generation: await generationOf(organization) };
    },
  };
}
