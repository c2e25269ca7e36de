import { BackendError, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import { within } from '../interruption.ts';
import type { Answer } from '../wire/answer.ts';
import type { Wire } from '../wire/wire.ts';
import { parseGrant, signIn, type Grant } from './login.ts';

const signInTimeoutMs = 10_000;
const revokeTimeoutMs = 2_000;
const longestTimerMs = 2_147_483_647;

export interface Session {
  readonly grant: Grant;
  /** In milliseconds since the Unix epoch; infinite for a token that does not expire. */
  readonly expiresAt: number;
}

export interface Sessions {
  /** Signs in once, however many ask at the same time. @throws BackendError */
  current(context: CallContext): Promise<Session>;
  /**
   * After a 403, which means either that the token is no longer good or that it may not do this.
   * @returns another session to try once more with, or `undefined` when the token is good and the refusal stands
   * @throws BackendError `unauthenticated` when the token is bad and there is no other
   */
  afterRefusal(refused: Session, context: CallContext): Promise<Session | undefined>;
  /** Ends what we began. */
  close(): Promise<void>;
}

export function createSessions(wire: Wire, config: VaultConfig, host: BackendHost): Sessions {
  const closing = new AbortController();
  let session: Session | undefined;
  let signingIn: Promise<Session> | undefined;
  const examinations = new Map<Session, Promise<Session | undefined>>();
  let timer: NodeJS.Timeout | undefined;

  /** For work that no single caller owns. */
  const ownContext = (timeoutMs: number): CallContext => ({ signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]), deadline: Date.now() + timeoutMs });

  const adopt = (grant: Grant): Session => {
    const lifeMs = grant.ttlSeconds * 1000;
    session = { grant, expiresAt: lifeMs === 0 ? Number.POSITIVE_INFINITY : host.now() + lifeMs };
    if (lifeMs > 0) schedule(session, lifeMs * (2 / 3 - Math.random() / 10));
    return session;
  };

  const schedule = (subject: Session, delayMs: number): void => {
    clearTimeout(timer);
    if (closing.signal.aborted) return;
    timer = setTimeout(() => {
      void extend(subject);
    }, Math.min(delayMs, longestTimerMs)).unref();
  };

  /** What cannot be renewed is left to expire, and the next call signs in. */
  const extend = async (subject: Session): Promise<void> => {
    const { grant } = subject;
    const mayReplace = config.auth.method !== 'token';
    if (!grant.renewable) {
      if (mayReplace) forget(subject);
      return;
    }
    const answer = await askAboutSelf('POST', 'renew-self', grant).catch(() => undefined);
    const renewed = answer && parseGrant(answer, grant.created);
    if (session !== subject) return;
    const remainingMs = subject.expiresAt - host.now();
    if (renewed !== undefined) {
      // Near the end of its longest life a token is renewed for less and less.
      if (mayReplace && renewed.ttlSeconds < grant.ttlSeconds / 2) forget(subject);
      else adopt(renewed.renewable ? { ...renewed, token: grant.token } : { ...renewed, token: grant.token, renewable: false });
    } else if (answer?.status === 403 || remainingMs <= 1000) forget(subject);
    else schedule(subject, Math.max(remainingMs / 3, 500));
    if (renewed === undefined) host.log('warn', 'a token could not be renewed', { status: answer?.status ?? 0 });
  };

  const askAboutSelf = (method: 'GET' | 'POST', action: string, { token }: Grant, timeoutMs = signInTimeoutMs): Promise<Answer> =>
    wire.send({ method, path: `/auth/token/${action}`, token, namespace: config.authNamespace, ...(method === 'POST' ? { body: {} } : {}) }, ownContext(timeoutMs));

  const forget = (subject: Session): void => {
    if (session !== subject) return;
    session = undefined;
    clearTimeout(timer);
  };

  const enter = (): Promise<Session> => {
    signingIn ??= signIn(wire, config, host, ownContext(signInTimeoutMs)).then(adopt).finally(() => {
      signingIn = undefined;
    });
    return signingIn;
  };

  const examine = async (refused: Session): Promise<Session | undefined> => {
    const answer = await askAboutSelf('GET', 'lookup-self', refused.grant);
    if (answer.status !== 403) return undefined;
    if (config.auth.method === 'token') throw new BackendError('unauthenticated', { detail: 'the token is not valid, or has expired' });
    forget(refused);
    return enter();
  };

  return {
    current(context) {
      if (session !== undefined && host.now() < session.expiresAt) return Promise.resolve(session);
      return within(enter(), context);
    },
    async afterRefusal(refused, context) {
      if (session !== refused) return this.current(context);
      let examination = examinations.get(refused);
      if (examination === undefined) {
        examination = examine(refused).finally(() => examinations.delete(refused));
        examinations.set(refused, examination);
      }
      return within(examination, context);
    },
    async close() {
      clearTimeout(timer);
      closing.abort(new BackendError('closed'));
      await signingIn?.catch(() => undefined);
      clearTimeout(timer);
      if (session?.grant.created !== true) return;
      const { token } = session.grant;
      const context = { signal: AbortSignal.timeout(revokeTimeoutMs), deadline: Date.now() + revokeTimeoutMs };
      await wire.send({ method: 'POST', path: '/auth/token/revoke-self', token, namespace: config.authNamespace, body: {} }, context)
        .catch(() => host.log('warn', 'the token could not be revoked; it ends by itself'));
      session = undefined;
    },
  };
}
