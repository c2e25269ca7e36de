import { isDeepStrictEqual } from 'node:util';
import type { CompiledQuery, Kysely } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { rolePermissions, type Permission } from '../../api/roles.ts';
import type { OrchestratorTables } from '../tables.ts';

/** Tells whether job sessions go on: each ends with its job, and with what the token that opened it may do. */
export interface LiveSessions {
  /**
   * Undefined where no job has such a token.
   * @throws ApiError `session_ended`
   */
  ofToken(hash: string): Promise<LiveSession | undefined>;
  /** @throws ApiError `session_ended` */
  require(id: string): Promise<void>;
}

export interface LiveSession {
  readonly id: string;
  readonly organization: string;
  readonly generation: number;
}

export function createLiveSessions(database: Kysely<OrchestratorTables>, now: () => number): LiveSessions {
  const sessions = database
    .selectFrom('jobs as j')
    .innerJoin('organizations as o', 'o.name', 'j.organization')
    .leftJoin('tokens as t', 't.id', 'j.token_id')
    .select(['j.id', 'j.organization', 'j.environment', 'j.scopes', 'j.closed_at', 'j.expires_at', 'o.generation'])
    .select(['t.role', 't.revoked_at', 't.expires_at as token_expires_at', 't.environments as token_environments'])
    .select('t.scopes as token_scopes');
  // Compiled once, as one of them runs with every request of a job.
  const byToken = sessions.where('j.token_hash', '=', 'hash').compile();
  const byId = sessions.where('j.id', '=', 'id').compile();

  async function find(query: CompiledQuery<Row>, parameter: string): Promise<LiveSession | undefined> {
    const compiled: CompiledQuery<Row> = { ...query, parameters: [parameter] };
    const [row] = (await database.executeQuery(compiled)).rows;
    if (row === undefined) return undefined;
    const reason = endOf(row, now());
    if (reason !== undefined) throw new ApiError('session_ended', reason);
    return { id: row.id, organization: row.organization, generation: row.generation };
  }

  return {
    ofToken: (hash) => find(byToken, hash),
    async require(id) {
      if ((await find(byId, id)) === undefined) throw new ApiError('session_ended', `the session of job ${id} is over`);
    },
  };
}

interface Row extends LiveSession {
  readonly environment: string;
  readonly scopes: string | null;
  readonly closed_at: number | null;
  readonly expires_at: number;
  /** Null, as all of the token's: the token is gone. */
  readonly role: string | null;
  readonly revoked_at: number | null;
  readonly token_expires_at: number | null;
  readonly token_environments: string | null;
  readonly token_scopes: string | null;
}

/** Why the session is over; undefined while it is not. */
function endOf(row: Row, now: number): string | undefined {
  const session = `the session of job ${row.id}`;
  const opener = `the token that opened ${session}`;
  if (row.role === null) return `${opener} is gone`;
  if (row.revoked_at !== null) return `${opener} was revoked`;
  if (row.closed_at !== null) return `${session} was closed`;
  if (row.token_expires_at !== null && row.token_expires_at <= now) return `${opener} has expired`;
  if (row.expires_at <= now) return `${session} has expired`;
  return isAsBefore(row) ? undefined : `${opener} may do other things than it could then`;
}

const opening: Permission = 'jobs:open';

/** Whether the token could open this very session now. */
function isAsBefore({ role, environment, scopes, token_environments, token_scopes }: Row): boolean {
  const mayOpen = Object.entries(rolePermissions).some(([name, held]) => name === role && held.includes(opening));
  const environments: unknown = parse(token_environments);
  return (
    mayOpen &&
    isDeepStrictEqual(parse(scopes), parse(token_scopes)) &&
    (environments === null || (Array.isArray(environments) && environments.includes(environment)))
  );
}

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
