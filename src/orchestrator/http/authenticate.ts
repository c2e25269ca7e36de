import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { requirePermission, type Caller } from '../caller.ts';
import { createLiveSessions } from '../jobs/live-session.ts';
import type { Seals } from '../seals/seals.ts';
import type { SignIn, SignIns } from '../sessions/sign-ins.ts';
import { whenKnown, type Soon } from '../soon.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { KnownToken, TokenCallers } from '../tokens/token-caller.ts';
import { thisTurn, type Turn } from '../turn.ts';
import { hashToken, jobTokenPrefix } from '../tokens/token-hash.ts';

export interface Authenticated {
  readonly caller: Caller;
  readonly generation: number;
  /** When it was looked up. */
  readonly turn: Turn;
}

type Found = Omit<Authenticated, 'turn'>;

/** The credentials that a request presents. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  /** The content of the session cookie. */
  | { readonly kind: 'session'; readonly secret: string };

/** Turns credentials into a caller, together with the organization's generation; at once, where both are at hand. */
export interface Authenticator {
  /** @throws ApiError `unauthenticated`, `session_ended`, `permission_denied`, `not_found`, `tampered` */
  authenticate(credentials: Credentials, organization: string): Soon<Authenticated>;
  /** As `authenticate`, but does not count as a use of the session: no person has done anything. */
  look(credentials: Credentials, organization: string): Soon<Authenticated>;
}

export function createAuthenticator(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  now: () => number,
  tokens: TokenCallers,
  signIns: SignIns,
): Authenticator {
  const jobs = createLiveSessions(database, seals, now);

  function byToken(token: string, organization: string): Soon<Found | undefined> {
    const hash = hashToken(token);
    return token.startsWith(jobTokenPrefix) ? ofJob(hash, organization) : tokens.ofHash(hash, organization);
  }

  const ofJob = (hash: string, organization: string): Soon<Found | undefined> =>
    whenKnown(jobs.ofToken(hash), (job) =>
      job === undefined || job.organization !== organization
        ? undefined
        : { caller: { kind: 'job', jobId: job.id, tokenId: job.tokenId }, generation: job.generation },
    );

  async function bySession({ id, token_id }: SignIn, organization: string): Promise<KnownToken> {
    const known = await tokens.ofId(token_id, organization);
    if (known === undefined) throw new ApiError('unauthenticated', 'the token of this session is gone');
    requirePermission(known.caller, 'dashboard:open');
    return { ...known, caller: { ...known.caller, signIn: id } };
  }

  function by(
    credentials: Credentials,
    organization: string,
    signInOf: (secret: string) => Promise<SignIn>,
  ): Soon<Authenticated> {
    const turn = thisTurn();
    if (credentials.kind === 'none') throw new ApiError('unauthenticated', 'the request has no token');
    const found =
      credentials.kind === 'session'
        ? signInOf(credentials.secret).then((signIn) => bySession(signIn, organization))
        : byToken(credentials.token, organization);
    return whenKnown(found, (known) => {
      if (known === undefined) throw new ApiError('unauthenticated', 'the token is not known here');
      return { caller: known.caller, generation: known.generation, turn };
    });
  }

  return {
    authenticate: (credentials, organization) => by(credentials, organization, (secret) => signIns.use(secret)),
    look: (credentials, organization) => by(credentials, organization, (secret) => signIns.look(secret)),
  };
}
