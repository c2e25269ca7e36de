import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { agentFacts } from '../../api/operations/tokens.ts';
import { roleNames } from '../../api/roles.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import type { Caller } from '../caller.ts';
import type { HandlersFor, OperationInput, OperationOutput } from '../handlers.ts';
import { hashToken } from './token-hash.ts';
import { forgotten } from '../jobs/job-store.ts';
import { parseNarrowing } from '../narrowing.ts';
import { isNarrowed } from '../reach.ts';
import { isSealed, type Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import { exceeds, mostReach, requireIssuable, requireRevocable, type Reach } from './grants.ts';

/** Issues, lists and revokes the tokens that clients present. */
export interface AccessTokens {
  readonly handlers: HandlersFor<'tokens.create' | 'tokens.list' | 'tokens.revoke'>;
  /** An owner's token for every organization, for the user who runs the orchestrator. */
  issueLocal(): Promise<string>;
  /** Whether the token is a usable owner's token of this database. */
  isUsable(token: string): Promise<boolean>;
}

type TokenRow = Selectable<OrchestratorTables['tokens']>;

const list = z.array(z.string());
const roleName = z.enum(roleNames);

export function createTokens(database: Kysely<OrchestratorTables>, seals: Seals, now: () => number): AccessTokens {
  async function insert(
    fields: Pick<TokenRow, 'organization' | 'name' | 'role' | 'scopes' | 'environments' | 'agent' | 'expires_at'>,
  ): Promise<{ row: TokenRow; token: string }> {
    const token = `kici_${randomBytes(32).toString('base64url')}`;
    const unsealed = { ...fields, id: randomUUID(), hash: hashToken(token), created_at: now(), revoked_at: null };
    const row: TokenRow = { ...unsealed, seal: (await seals.of(fields.organization)).token(unsealed) };
    await database.insertInto('tokens').values(row).execute();
    return { row, token };
  }

  const requireOwn = async (row: TokenRow): Promise<void> =>
    seals.require(
      row.seal,
      (await seals.of(row.organization)).token(row),
      tokenText(row),
      `find out who can write the database, and revoke it with \`kici-admin token revoke ${row.id}\``,
    );

  /** Finds a token by id, or by a name that no other has. A narrowed token learns nothing of those with more rights. */
  async function find(caller: Caller, organization: string, idOrName: string): Promise<TokenRow> {
    const all = await database
      .selectFrom('tokens')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', idOrName), eb('name', '=', idOrName)]))
      .where((eb) => eb.or([eb('organization', '=', organization), eb('organization', 'is', null)]))
      .where('revoked_at', 'is', null)
      .execute();
    const rows = seenBy(caller, all);
    const named = rows.find(({ id }) => id === idOrName);
    const [first, ...more] = named === undefined ? rows : [named];
    if (first === undefined)
      throw new ApiError(
        isNarrowed(caller) ? 'permission_denied' : 'not_found',
        `there is no token ${idOrName}${isNarrowed(caller) ? ' that this token may revoke' : ''}`,
        'see `kici-admin token list`',
      );
    if (more.length > 0)
      throw new ApiError(
        'conflict',
        `${rows.length} tokens are called ${idOrName}: ${rows.map(({ id }) => id).join(', ')}`,
        'give the id of the one that you mean',
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
        .selectAll()
        .where('hash', '=', hashToken(token))
        .where('role', '=', 'owner')
        .where('organization', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return row !== undefined && isSealed(row.seal, (await seals.of(null)).token(row));
    },
    handlers: {
      async 'tokens.create'(input, { caller, organization }) {
        const expiresAt = input.lifetimeMs === undefined ? undefined : now() + input.lifetimeMs;
        for (const scope of input.scopes ?? []) {
          const narrowing = parseNarrowing(scope);
          if (!narrowing.ok)
            throw new ApiError(
              'invalid_request',
              `scopes: ${narrowing.reason}`,
              'a scope pattern is written as in a binding, without placeholders',
            );
        }
        requireStatedReach(input);
        requireIssuable(caller, { organization, ...input, expiresAt });
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
      async 'tokens.list'(_, { caller, organization }) {
        const rows = await database
          .selectFrom('tokens')
          .selectAll()
          .where((eb) => eb.or([eb('organization', '=', organization), eb('organization', 'is', null)]))
          .where('revoked_at', 'is', null)
          .orderBy('created_at')
          .orderBy('id')
          .execute();
        for (const row of rows) await requireOwn(row);
        return { tokens: seenBy(caller, rows).map(view) };
      },
      async 'tokens.revoke'({ id }, { caller, organization }) {
        const row = await find(caller, organization, id);
        const own = await seals.of(row.organization);
        const isOwn = isSealed(row.seal, own.token(row));
        // A row that was tampered with is not believed: removing it takes the highest rights.
        requireRevocable(caller, isOwn ? reachOf(row) : mostReach);
        const at = now();
        const seal = isOwn ? own.token({ ...row, revoked_at: at }) : row.seal;
        await inTransaction(database, async (transaction) => {
          await transaction.updateTable('tokens').set({ revoked_at: at, seal }).where('id', '=', row.id).execute();
          // The sessions that it opened end with it.
          await transaction.deleteFrom('sign_ins').where('token_id', '=', row.id).execute();
          await transaction.deleteFrom('sign_in_codes').where('token_id', '=', row.id).execute();
          await transaction
            .updateTable('jobs')
            .set({ closed_at: at, ...forgotten })
            .where('token_id', '=', row.id)
            .where('closed_at', 'is', null)
            .execute();
        });
        return {};
      },
    },
  };
}

/**
 * What hands values to whoever holds it goes as far as somebody has said, and never everywhere by default.
 * @throws ApiError `invalid_request`
 */
function requireStatedReach({ role, scopes, environments, allEnvironments }: OperationInput<'tokens.create'>): void {
  if (allEnvironments === true && environments !== undefined)
    throw new ApiError('invalid_request', 'allEnvironments: does not go with a list of environments', 'leave out one');
  if (role !== 'reader' || (scopes ?? environments) !== undefined || allEnvironments === true) return;
  throw new ApiError(
    'invalid_request',
    'environments: a reader has to name the environments or scopes that it reads',
    'add --environment or --scope, or --all-environments to let it read every value of the organization',
  );
}

function seenBy(caller: Caller, rows: readonly TokenRow[]): readonly TokenRow[] {
  return isNarrowed(caller) ? rows.filter((row) => !exceeds(caller, reachOf(row))) : rows;
}

export function tokenText({ id, name }: Pick<TokenRow, 'id' | 'name'>): string {
  return `the token ${id} (${name})`;
}

function reachOf(row: TokenRow): Reach {
  return { organization: row.organization, ...view(row) };
}

function view(row: TokenRow): OperationOutput<'tokens.list'>['tokens'][number] {
  return {
    id: row.id,
    name: row.name,
    role: roleName.parse(row.role),
    createdAt: rfc3339(row.created_at),
    ...(row.expires_at !== null && { expiresAt: rfc3339(row.expires_at) }),
    ...(row.scopes !== null && { scopes: list.parse(JSON.parse(row.scopes)) }),
    ...(row.environments !== null && { environments: list.parse(JSON.parse(row.environments)) }),
    ...(row.agent !== null && { agent: agentFacts.parse(JSON.parse(row.agent)) }),
  };
}
