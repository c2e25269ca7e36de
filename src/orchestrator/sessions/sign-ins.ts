import { randomBytes, randomUUID } from 'node:crypto';
import type { ExpressionBuilder, Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import type { TokenCaller } from '../caller.ts';
import { hashToken } from '../tokens/token-hash.ts';
import { isSealed, type Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

/** A session as stored. */
export type SignIn = Selectable<OrchestratorTables['sign_ins']>;

/** How long a session lasts, in milliseconds. */
export interface SignInLimits {
  /** How long it lasts without a request. */
  readonly idleMs: number;
  readonly lifetimeMs: number;
}

/** Dashboard sessions: a random secret in a cookie, stored here as its hash. */
export interface SignIns {
  /** @returns the session and the content of its cookie */
  open(caller: TokenCaller, home: string): Promise<{ readonly signIn: SignIn; readonly secret: string }>;
  /**
   * Finds the session of a cookie and counts it as used.
   * @throws ApiError `unauthenticated` when it is over, `tampered`
   */
  use(secret: string): Promise<SignIn>;
  /** As `use`, but does not count as a use. */
  look(secret: string): Promise<SignIn>;
  /** Those of an organization, and those of tokens for every organization. @throws ApiError `tampered` */
  list(organization: string): Promise<readonly SignIn[]>;
  /** Finds a session even if its row was tampered with. */
  find(organization: string, id: string): Promise<{ readonly signIn: SignIn; readonly isOwn: boolean } | undefined>;
  end(id: string): Promise<void>;
}

const over = 'sign in again';
/** How often a use is recorded; a write costs more than the request it belongs to. */
const usedEveryMs = 60_000;
const dayMs = 24 * 3_600_000;

/** Those of its tokens, and of tokens that belong to every organization. */
export function ofOrganization(organization: string) {
  return (eb: ExpressionBuilder<OrchestratorTables, 'sign_ins'>) =>
    eb.or([eb('organization', '=', organization), eb('organization', 'is', null)]);
}

export function createSignIns(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  now: () => number,
  { idleMs, lifetimeMs }: SignInLimits,
): SignIns {
  const sealOf = async (row: Omit<SignIn, 'seal'>): Promise<string> => (await seals.of(row.organization)).signIn(row);

  async function look(secret: string): Promise<SignIn> {
    const row = await database
      .selectFrom('sign_ins')
      .selectAll()
      .where('hash', '=', hashToken(secret))
      .executeTakeFirst();
    if (row === undefined) throw new ApiError('unauthenticated', 'this session has ended', over);
    await requireOwn(row);
    if (row.expires_at <= now())
      throw new ApiError('unauthenticated', 'this session has reached its maximum lifetime', over);
    if (row.used_at + idleMs <= now())
      throw new ApiError('unauthenticated', 'this session has ended because it was idle', over);
    return row;
  }

  const requireOwn = async (row: SignIn): Promise<void> => {
    seals.require(
      row.seal,
      await sealOf(row),
      `the session ${row.id}`,
      `end it with \`kici-admin session end ${row.id}\``,
    );
  };

  /** Ended sessions stay for a day, so that a late request learns why. */
  async function sweep(): Promise<void> {
    await database
      .deleteFrom('sign_ins')
      .where((eb) => eb.or([eb('expires_at', '<=', now() - dayMs), eb('used_at', '<=', now() - idleMs - dayMs)]))
      .execute();
  }

  return {
    look,
    async open(caller, home) {
      const secret = randomBytes(32).toString('base64url');
      const row = {
        id: randomUUID(),
        token_id: caller.id,
        organization: caller.organization ?? null,
        home,
        hash: hashToken(secret),
        created_at: now(),
        used_at: now(),
        expires_at: Math.min(now() + lifetimeMs, caller.expiresAt ?? Number.MAX_SAFE_INTEGER),
      };
      const signIn = { ...row, seal: await sealOf(row) };
      await sweep();
      await database.insertInto('sign_ins').values(signIn).execute();
      return { signIn, secret };
    },
    async use(secret) {
      const row = await look(secret);
      const at = now();
      if (row.used_at + Math.min(usedEveryMs, idleMs / 4) > at) return row;
      const used = { ...row, used_at: at };
      // The first write wins. If a write fails, the session ends sooner, but no request fails.
      await database
        .updateTable('sign_ins')
        .set({ used_at: at, seal: await sealOf(used) })
        .where('id', '=', row.id)
        .where('used_at', '=', row.used_at)
        .execute()
        .catch(() => undefined);
      return used;
    },
    async list(organization) {
      const rows = await database
        .selectFrom('sign_ins')
        .selectAll()
        .where(ofOrganization(organization))
        .where('expires_at', '>', now())
        .where('used_at', '>', now() - idleMs)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      for (const row of rows) await requireOwn(row);
      return rows;
    },
    async find(organization, id) {
      const signIn = await database
        .selectFrom('sign_ins')
        .selectAll()
        .where('id', '=', id)
        .where(ofOrganization(organization))
        .executeTakeFirst();
      return signIn === undefined ? undefined : { signIn, isOwn: isSealed(signIn.seal, await sealOf(signIn)) };
    },
    async end(id) {
      await database.deleteFrom('sign_ins').where('id', '=', id).execute();
    },
  };
}
