import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import type { TokenCaller } from '../caller.ts';
import { hashToken } from '../tokens/token-hash.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

/** One-time codes that open a session instead of a token. */
export interface SignInCodes {
  /** @param home the organization that the page opens with */
  issue(caller: TokenCaller, home: string): Promise<{ readonly code: string; readonly expiresAt: number }>;
  /**
   * Uses the code up.
   * @throws ApiError `unauthenticated`, `tampered`
   */
  redeem(code: string): Promise<{ readonly tokenId: string; readonly home: string }>;
}

const lifetimeMs = 60_000;

export function createSignInCodes(database: Kysely<OrchestratorTables>, seals: Seals, now: () => number): SignInCodes {
  return {
    async issue(caller, home) {
      const code = randomBytes(32).toString('base64url');
      const row = {
        hash: hashToken(code),
        token_id: caller.id,
        organization: caller.organization ?? null,
        home,
        expires_at: now() + lifetimeMs,
      };
      const seal = (await seals.of(row.organization)).signInCode(row);
      await database.deleteFrom('sign_in_codes').where('expires_at', '<=', now()).execute();
      await database
        .insertInto('sign_in_codes')
        .values({ ...row, seal })
        .execute();
      return { code, expiresAt: row.expires_at };
    },
    async redeem(code) {
      const row = await database
        .deleteFrom('sign_in_codes')
        .where('hash', '=', hashToken(code))
        .returningAll()
        .executeTakeFirst();
      if (row === undefined || row.expires_at <= now())
        throw new ApiError(
          'unauthenticated',
          'this code was already used, has expired, or never existed',
          'a code works once and within a minute: create another with `kici-admin dashboard`',
        );
      seals.require(row.seal, (await seals.of(row.organization)).signInCode(row), 'a code to sign in');
      return { tokenId: row.token_id, home: row.home };
    },
  };
}
