import { isDeepStrictEqual } from 'node:util';
import type { Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { rolePermissions, type Permission } from '../../api/roles.ts';
import { createCheckedRows, type Checked } from '../seals/checked-rows.ts';
import type { Seals } from '../seals/seals.ts';
import { whenKnown, type Soon } from '../soon.ts';
import type { OrchestratorTables } from '../tables.ts';

/** Decides whether job sessions go on: each ends with its job, and with the rights of the token that opened it. */
export interface LiveSessions {
  /**
   * Undefined if no job has this token.
   * @throws ApiError `session_ended`
   */
  ofToken(hash: string): Soon<LiveSession | undefined>;
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
  // With the token that opened it, so that both are of one moment.
  const sessions = database
    .selectFrom('jobs as j')
    .innerJoin('organizations as o', 'o.name', 'j.organization')
    .leftJoin('tokens as t', 't.id', 'j.token_id')
    .select(['j.id', 'j.organization', 'j.environment', 'j.workflow', 'j.job', 'j.token_id', 'j.token_hash', 'j.seal'])
    .select(['j.opened_at', 'j.expires_at', 'j.closed_at', 'j.scopes'])
    .select(['t.id as t_id', 't.organization as t_organization', 't.name as t_name', 't.role as t_role'])
    .select(['t.hash as t_hash', 't.scopes as t_scopes', 't.environments as t_environments', 't.agent as t_agent'])
    .select(['t.created_at as t_created_at', 't.expires_at as t_expires_at', 't.revoked_at as t_revoked_at'])
    .select(['t.seal as t_seal', 'o.generation']);
  // Compiled once, as one of them runs with every request of a job, and the other after it.
  const byToken = createCheckedRows(database, sessions.where('j.token_hash', '=', 'hash').compile(), check);
  const byId = createCheckedRows(database, sessions.where('j.id', '=', 'id').compile(), check);

  async function check(row: SessionRow): Promise<Terms> {
    const opener = openerOf(row);
    const own = await seals.of(row.organization);
    seals.require(row.seal, own.job(row), `the session of job ${row.id}`);
    if (opener !== undefined)
      seals.require(opener.seal, (await seals.of(opener.organization)).token(opener), `the token ${opener.id}`);
    return { row, opener, isAsBefore: opener !== undefined && isAsBefore(row, opener) };
  }

  const find = (look: typeof byId, parameter: string): Soon<LiveSession | undefined> =>
    whenKnown(look([parameter]), (known) => (known === undefined ? undefined : liveOf(known)));

  function liveOf({ made, generation }: Checked<Terms>): LiveSession | undefined {
    if (generation === null) return undefined;
    const { id, organization, token_id: tokenId } = made.row;
    const reason = endOf(made, now());
    if (reason !== undefined) throw new ApiError('session_ended', reason);
    return { id, organization, generation, tokenId };
  }

  return {
    ofToken: (hash) => find(byToken, hash),
    async require(id) {
      if ((await find(byId, id)) === undefined) throw new ApiError('session_ended', `the session of job ${id} is over`);
    },
  };
}

type TokenRow = Selectable<OrchestratorTables['tokens']>;
type JobRow = Omit<Selectable<OrchestratorTables['jobs']>, 'session_key' | 'catalogue' | 'backends'> & {
  generation: number;
};
/** Null where the token is gone. */
type SessionRow = JobRow & { [Column in keyof TokenRow as `t_${Column}`]: TokenRow[Column] | null };

interface Terms {
  readonly row: JobRow;
  /** Undefined where the token is gone. */
  readonly opener: TokenRow | undefined;
  /** Whether the token could open this very session now. */
  readonly isAsBefore: boolean;
}

function openerOf(row: SessionRow): TokenRow | undefined {
  const { t_id: id, t_name: name, t_role: role, t_hash: hash, t_created_at: created_at } = row;
  if (id === null || name === null || role === null || hash === null || created_at === null) return undefined;
  return {
    id,
    name,
    role,
    hash,
    created_at,
    organization: row.t_organization,
    scopes: row.t_scopes,
    environments: row.t_environments,
    agent: row.t_agent,
    expires_at: row.t_expires_at,
    revoked_at: row.t_revoked_at,
    seal: row.t_seal,
  };
}

/** Why the session is over; undefined while it is not. */
function endOf({ row, opener: token, isAsBefore: isStillAllowed }: Terms, now: number): string | undefined {
  const session = `the session of job ${row.id}`;
  const opener = `the token that opened ${session}`;
  if (token === undefined) return `${opener} is gone`;
  if (token.revoked_at !== null) return `${opener} was revoked`;
  if (row.closed_at !== null) return `${session} was closed`;
  if (token.expires_at !== null && token.expires_at <= now) return `${opener} has expired`;
  if (row.expires_at <= now) return `${session} has expired`;
  return isStillAllowed ? undefined : `${opener} no longer has the permissions that it had then`;
}

const opening: Permission = 'jobs:open';

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
