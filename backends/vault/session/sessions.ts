import { BackendError, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import { isRefusal } from '../vault-error.ts';
import { within } from '../interruption.ts';
import { descriptionOf } from '../kv/path.ts';
import { shared } from '../shared.ts';
import type { VaultAnswer } from '../wire/answer.ts';
import type { VaultRequest, Wire } from '../wire/wire.ts';
import { parseGrant, signIn, type TokenLease } from './login.ts';

const revokeTimeoutMs = 2_000;
const longestTimerMs = 2_147_483_647;

/** A token from a sign-in, and when it expires. */
export interface TokenSession {
  readonly grant: TokenLease;
  /** Unix milliseconds; infinite for a token that does not expire. */
  readonly expiresAt: number;
}

/** Signs in, renews, and signs in again when a token expires; one per instance. */
export interface Sessions {
  /** Signs in once for all concurrent callers. @throws BackendError */
  current(context: CallContext): Promise<TokenSession>;
  /**
   * To be called after a 403, which means that the token is invalid or may not do this.
   * @returns another session for one more try, or `undefined` if the token is valid and the refusal final
   * @throws BackendError `unauthenticated` if the token is invalid and there is no other
   */
  afterRefusal(refused: TokenSession, context: CallContext): Promise<TokenSession | undefined>;
  /** Revokes what we created. */
  close(): Promise<void>;
}

export function createSessions(wire: Wire, config: VaultConfig, host: BackendHost): Sessions {
  const closing = new AbortController();
  let session: TokenSession | undefined;
  let lastEntry: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** For work that belongs to no single caller. */
  const ownContext = (timeoutMs: number): CallContext => ({
    signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
    deadline: Date.now() + timeoutMs,
  });

  const askAboutSelf = (
    method: 'GET' | 'POST',
    action: string,
    { token }: TokenLease,
    context: CallContext,
  ): Promise<VaultAnswer> => wire.send(aboutSelf(config, method, action, token), context);

  /** A token that cannot be renewed, or hardly any more, is left to expire; the next call signs in. */
  const adopt = (grant: TokenLease, firstTtlSeconds = grant.ttlSeconds): TokenSession => {
    const lifeMs = grant.ttlSeconds * 1000;
    const adopted: TokenSession = { grant, expiresAt: lifeMs === 0 ? Number.POSITIVE_INFINITY : host.now() + lifeMs };
    session = adopted;
    clearTimeout(timer);
    if (grant.renewable && lifeMs > 0 && grant.ttlSeconds >= firstTtlSeconds / 2)
      schedule(adopted, firstTtlSeconds, lifeMs * (2 / 3 - Math.random() / 10));
    return adopted;
  };

  const schedule = (subject: TokenSession, firstTtlSeconds: number, delayMs: number): void => {
    if (closing.signal.aborted) return;
    timer = setTimeout(() => void renew(subject, firstTtlSeconds), Math.min(delayMs, longestTimerMs)).unref();
  };

  const renew = async (subject: TokenSession, firstTtlSeconds: number): Promise<void> => {
    const answer = await askAboutSelf('POST', 'renew-self', subject.grant, ownContext(host.deadlineMs)).catch(
      () => undefined,
    );
    const renewed = answer && parseGrant(answer, subject.grant.isOurs);
    if (session !== subject || closing.signal.aborted) return;
    if (renewed !== undefined) {
      adopt(renewed, firstTtlSeconds);
      return;
    }
    const remainingMs = subject.expiresAt - host.now();
    host.log('warn', 'a token could not be renewed', { status: answer?.status ?? 0, remainingMs });
    if (remainingMs > 1000 && !(answer !== undefined && isRefusal(answer)))
      schedule(subject, firstTtlSeconds, remainingMs / 3);
  };

  const signInOnce = shared(async () => adopt(await signIn(wire, config, host, ownContext(host.deadlineMs))));
  const enter = (): Promise<TokenSession> => {
    const entry = signInOnce();
    lastEntry = entry.catch(() => undefined);
    return entry;
  };

  const isGood = async ({ grant }: TokenSession): Promise<boolean> => {
    if (!isRefusal(await askAboutSelf('GET', 'lookup-self', grant, ownContext(host.deadlineMs)))) return true;
    // A policy may keep a valid token from looking itself up.
    const described = await wire.send(aboutMount(config, grant.token), ownContext(host.deadlineMs));
    return described.status === 200;
  };

  const examine = shared(async () => {
    const refused = session;
    if (refused !== undefined && (await isGood(refused))) return undefined;
    if (config.auth.method === 'token')
      throw new BackendError('unauthenticated', { detail: 'the token is not valid, or has expired' });
    // Another call may have signed in meanwhile.
    if (session !== refused) return session;
    clearTimeout(timer);
    session = undefined;
    return enter();
  });

  return {
    current(context) {
      if (session !== undefined && host.now() < session.expiresAt) return Promise.resolve(session);
      return within(enter(), context);
    },
    async afterRefusal(refused, context) {
      return session === refused ? within(examine(), context) : this.current(context);
    },
    async close() {
      const patience = { signal: AbortSignal.timeout(revokeTimeoutMs), deadline: Date.now() + revokeTimeoutMs };
      // Abandoning a sign-in half-way could leave a token that nobody revokes.
      await within(lastEntry, patience).catch(() => undefined);
      clearTimeout(timer);
      closing.abort(new BackendError('closed'));
      if (session?.grant.isOurs !== true) return;
      const status = await askAboutSelf('POST', 'revoke-self', session.grant, patience).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status !== 200 && status !== 204)
        host.log('warn', 'the token could not be revoked; it ends by itself', { status });
      session = undefined;
    },
  };
}

function aboutSelf(
  { authNamespace: namespace }: VaultConfig,
  method: 'GET' | 'POST',
  action: string,
  token: string,
): VaultRequest {
  return { method, path: `/auth/token/${action}`, token, namespace, ...(method === 'POST' && { body: {} }) };
}

function aboutMount(config: VaultConfig, token: string): VaultRequest {
  return { method: 'GET', path: descriptionOf(config), token, namespace: config.namespace };
}
