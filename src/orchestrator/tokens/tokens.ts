import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/errors.ts';
import { agentFacts } from '../../api/operations/tokens.ts';
import { roleNames, rolePermissions, type Role } from '../../api/roles.ts';
import type { Caller } from '../caller.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import { hashToken } from '../http/authenticate.ts';
import { parseNarrowing } from '../narrowing.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

export interface Tokens {
  readonly handlers: HandlersFor<'tokens.create' | 'tokens.list' | 'tokens.revoke'>;
  /** An owner's token of every organisation, for the user who runs the orchestrator. */
  issueLocal(): Promise<string>;
  /** Whether the token is a usable owner's token of this database. */
  isUsable(token: string): Promise<boolean>;
}

type TokenRow = Selectable<OrchestratorTables['tokens']>;

const list = z.array(z.string());
const roleName = z.enum(roleNames);

export function createTokens(database: Kysely<OrchestratorTables>, now: () => number): Tokens {
  async function insert(
    fields: Pick<TokenRow, 'organization' | 'name' | 'role' | 'scopes' | 'environments' | 'agent' | 'expires_at'>,
  ): Promise<{ row: TokenRow; token: string }> {
    const token = `kici_${randomBytes(32).toString('base64url')}`;
    const row: TokenRow = { ...fields, id: randomUUID(), hash: hashToken(token), created_at: now(), revoked_at: null };
    await database.insertInto('tokens').values(row).execute();
    return { row, token };
  }

  /** By its id, or by a name that no other has. */
  async function find(organization: string, idOrName: string): Promise<TokenRow> {
    const rows = await database
      .selectFrom('tokens')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', idOrName), eb('name', '=', idOrName)]))
      .where((eb) => eb.or([eb('organization', '=', organization), eb('organization', 'is', null)]))
      .where('revoked_at', 'is', null)
      .execute();
    const named = rows.find(({ id }) => id === idOrName);
    const [first, ...more] = named === undefined ? rows : [named];
    if (first === undefined)
      throw new ApiError('not_found', `there is no token ${idOrName}`, 'see `kici-admin token list`');
    if (more.length > 0)
      throw new ApiError(
        'conflict',
        `${rows.length} tokens are called ${idOrName}: ${rows.map(({ id }) => id).join(', ')}`,
        'give the id of the one that is meant',
      );
    return first;
  }

  return {
    async issueLocal() {
      const { token } = await insert({
        organization: null,
        name: 'local',
        role: 'owner',
        scopes: null,
        environments: null,
        agent: null,
        expires_at: null,
      });
      return token;
    },
    async isUsable(token) {
      const row = await database
        .selectFrom('tokens')
        .select('id')
        .where('hash', '=', hashToken(token))
        .where('role', '=', 'owner')
        .where('organization', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return row !== undefined;
    },
    handlers: {
      async 'tokens.create'(input, { caller, organization }) {
        requireNoMoreThan(caller, { organization, ...input }, 'issue');
        const expiresAt = input.lifetimeMs === undefined ? undefined : now() + input.lifetimeMs;
        requireNoLongerThan(caller, expiresAt);
        for (const scope of input.scopes ?? []) {
          const narrowing = parseNarrowing(scope);
          if (!narrowing.ok)
            throw new ApiError(
              'invalid_request',
              `scopes: ${narrowing.reason}`,
              'a scope pattern is written as in a binding, without placeholders',
            );
        }
        const { row, token } = await insert({
          organization,
          name: input.name,
          role: input.role,
          scopes: input.scopes === undefined ? null : JSON.stringify(input.scopes),
          environments: input.environments === undefined ? null : JSON.stringify(input.environments),
          agent: input.agent === undefined ? null : JSON.stringify(input.agent),
          expires_at: expiresAt ?? null,
        });
        return { ...view(row), token };
      },
      async 'tokens.list'(_, { organization }) {
        const rows = await database
          .selectFrom('tokens')
          .selectAll()
          .where((eb) => eb.or([eb('organization', '=', organization), eb('organization', 'is', null)]))
          .where('revoked_at', 'is', null)
          .orderBy('created_at')
          .orderBy('id')
          .execute();
        return { tokens: rows.map(view) };
      },
      async 'tokens.revoke'({ id }, { caller, organization }) {
        const row = await find(organization, id);
        requireNoMoreThan(caller, { organization: row.organization, ...view(row) }, 'revoke');
        const at = now();
        await database.transaction().execute(async (transaction) => {
          await transaction.updateTable('tokens').set({ revoked_at: at }).where('id', '=', row.id).execute();
          // The sessions that it opened end with it.
          await transaction
            .updateTable('jobs')
            .set({ closed_at: at, session_key: new Uint8Array() })
            .where('token_id', '=', row.id)
            .where('closed_at', 'is', null)
            .execute();
        });
        return {};
      },
    },
  };
}

interface Reach {
  readonly organization: string | null;
  readonly role: Role;
  readonly scopes?: readonly string[] | undefined;
  readonly environments?: readonly string[] | undefined;
}

/** Nobody issues or revokes a token that may do more than their own. */
function requireNoMoreThan(caller: Caller, other: Reach, verb: 'issue' | 'revoke'): void {
  if (caller.kind !== 'token') throw new ApiError('permission_denied', 'a job handles no tokens');
  const held = rolePermissions[caller.role];
  if (!rolePermissions[other.role].every((permission) => held.includes(permission))) {
    throw new ApiError(
      'permission_denied',
      `this token may not ${verb} a token of the role ${other.role}, which may do more than it`,
    );
  }
  if (other.organization === null && caller.organization !== undefined)
    throw new ApiError('permission_denied', `this token may not ${verb} a token of every organisation`);
  for (const field of ['scopes', 'environments'] as const) {
    const own = caller[field];
    if (own !== undefined && !(other[field]?.every((entry) => own.includes(entry)) ?? false)) {
      throw new ApiError(
        'permission_denied',
        `this token is narrowed to ${field} ${own.join(', ')}, and may ${verb} only tokens that are narrowed as far`,
      );
    }
  }
}

/** A token that was given for a while cannot be made to last. */
function requireNoLongerThan(caller: Caller, expiresAt: number | undefined): void {
  if (
    caller.kind !== 'token' ||
    caller.expiresAt === undefined ||
    (expiresAt !== undefined && expiresAt <= caller.expiresAt)
  )
    return;
  throw new ApiError(
    'permission_denied',
    `this token expires at ${rfc3339(caller.expiresAt)}, and may issue only tokens that expire no later`,
    'give a shorter lifetime',
  );
}

function view(row: TokenRow): OperationOutput<'tokens.list'>['tokens'][number] {
  return {
    id: row.id,
    name: row.name,
    role: roleName.parse(row.role),
    createdAt: rfc3339(row.created_at),
    ...(row.expires_at === null ? {} : { expiresAt: rfc3339(row.expires_at) }),
    ...(row.scopes === null ? {} : { scopes: list.parse(JSON.parse(row.scopes)) }),
    ...(row.environments === null ? {} : { environments: list.parse(JSON.parse(row.environments)) }),
    ...(row.agent === null ? {} : { agent: agentFacts.parse(JSON.parse(row.agent)) }),
  };
}
