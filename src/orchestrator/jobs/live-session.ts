import { isDeepStrictEqual } from 'node:util';
import type { CompiledQuery, Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { rolePermissions, type Permission } from '../../api/roles.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

/** Decides whether job sessions go on: each ends with its job, and with the rights of the token that opened it. */
export interface LiveSessions {
  /**
   * Undefined if no job has this token.
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
  /** Id of the token that opened it. */
  readonly tokenId: string;
}

export function createLiveSessions(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  now: () => number,
): LiveSessions {
  const sessions = database
    .selectFrom('jobs as j')
    .innerJoin('organizations as o', 'o.name', 'j.organization')
    .select(['j.id', 'j.organization', 'j.environment', 'j.workflow', 'j.job', 'j.token_id', 'j.token_hash', 'j.seal'])
    .select(['j.opened_at', 'j.expires_at', 'j.closed_at', 'j.scopes', 'o.generation']);
  // Compiled once: one of the first two runs with every request of a job, and the third after it.
  const byToken = sessions.where('j.token_hash', '=', 'hash').compile();
  const byId = sessions.where('j.id', '=', 'id').compile();
  const openerById = database.selectFrom('tokens').selectAll().where('id', '=', 'id').compile();

  async function run<Row>(query: CompiledQuery<Row>, parameter: string): Promise<Row | undefined> {
    const compiled: CompiledQuery<Row> = { ...query, parameters: [parameter] };
    return (await database.executeQuery(compiled)).rows[0];
  }

  async function find(query: CompiledQuery<JobRow>, parameter: string): Promise<LiveSession | undefined> {
    const row = await run(query, parameter);
    if (row === undefined) return undefined;
    seals.require(row.seal, (await seals.of(row.organization)).job(row), `the session of job ${row.id}`);
    const opener = await run(openerById, row.token_id);
    if (opener !== undefined)
      seals.require(opener.seal, (await seals.of(opener.organization)).token(opener), `the token ${opener.id}`);
    const reason = endOf(row, opener, now());
    if (reason !== undefined) throw new ApiError('session_ended', reason);
    return { id: row.id, organization: row.organization, generation: row.generation, tokenId: row.token_id };
  }

  return {
    ofToken: (hash) => find(byToken, hash),
    async require(id) {
      if ((await find(byId, id)) === undefined) throw new ApiError('session_ended', `the session of job ${id} is over`);
    },
  };
}

type JobRow = Omit<Selectable<OrchestratorTables['jobs']>, 'session_key' | 'catalogue' | 'backends'> &
  Omit<LiveSession, 'tokenId'>;
type TokenRow = Selectable<OrchestratorTables['tokens']>;

/** Why the session is over; undefined while it goes on. */
function endOf(row: JobRow, token: TokenRow | undefined, now: number): string | undefined {
  const session = `the session of job ${row.id}`;
  const opener = `the token that opened ${session}`;
  if (token === undefined) return `${opener} is gone`;
  if (token.revoked_at !== null) return `${opener} was revoked`;
  if (row.closed_at !== null) return `${session} was closed`;
  if (token.expires_at !== null && token.expires_at <= now) return `${opener} has expired`;
  if (row.expires_at <= now) return `${session} has expired`;
  return isAsBefore(row, token) ? undefined : `${opener} no longer has the permissions that it had then`;
}

const opening: Permission = 'jobs:open';

/** Whether the token could open this same session now. */
function isAsBefore({ environment, scopes }: JobRow, token: TokenRow): boolean {
  const mayOpen = Object.entries(rolePermissions).some(([name, held]) => name === token.role && held.includes(opening));
  const environments: unknown = parse(token.environments);
  return (
    mayOpen &&
    isDeepStrictEqual(parse(scopes), parse(token.scopes)) &&
    (environments === null || (Array.isArray(environments) && environments.includes(environment)))
  );
}

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
