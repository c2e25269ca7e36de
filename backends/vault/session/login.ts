import { BackendError, wrongSetting, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import type { AuthConfig, VaultConfig } from '../config.ts';
import { failureOf, isJudgement, isRefusal, speaksOf } from '../vault-error.ts';
import { encodePath } from '../kv/path.ts';
import type { VaultAnswer } from '../wire/answer.ts';
import { readSource } from '../wire/files.ts';
import { isRecord, member, memberCount, memberText } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';

/** The result of a sign-in or renewal. */
export interface TokenLease {
  readonly token: string;
  /** 0: it does not expire, or this is unknown. */
  readonly ttlSeconds: number;
  readonly renewable: boolean;
  /** We created it, so we revoke it; a batch token can only expire. */
  readonly isOurs: boolean;
}

/**
 * Signs in by the configured method; a token from the settings is looked up.
 * @throws BackendError `unauthenticated` if the server refuses the credentials
 */
export async function signIn(
  wire: Wire,
  config: VaultConfig,
  host: BackendHost,
  context: CallContext,
): Promise<TokenLease> {
  const { auth, authNamespace: namespace } = config;
  if (auth.method === 'token') return lookUp(wire, auth.token.text()?.trim() ?? '', namespace, context);
  const path = `/auth/${encodePath(auth.mount)}/login`;
  const answer = await wire.send({ method: 'POST', path, namespace, body: await credentials(auth, host) }, context);
  const grant = parseGrant(answer, true);
  if (grant !== undefined) return grant;
  // The API has no 401: wrong credentials are 400 or 403, by method.
  if (isRefusal(answer) || (answer.status === 400 && isJudgement(answer)))
    throw new BackendError('unauthenticated', {
      detail: `the server did not accept the sign-in by ${auth.method} at auth/${auth.mount}`,
    });
  if (answer.status === 200 && isRecord(member(answer.body, 'auth')))
    throw new BackendError('unauthenticated', {
      detail: `the sign-in by ${auth.method} gave no token; a second factor is not supported`,
    });
  if (speaksOf(answer, 'no handler for route'))
    throw wrongSetting(
      'auth.mount, auth.namespace',
      `there is no auth method at auth/${auth.mount}: check auth.mount and auth.namespace`,
    );
  throw failureOf(answer);
}

async function credentials(auth: Exclude<AuthConfig, { method: 'token' }>, host: BackendHost): Promise<object> {
  const role = 'role' in auth && auth.role !== undefined ? { role: auth.role } : {};
  switch (auth.method) {
    case 'approle':
      return { role_id: auth.roleId, ...(auth.secretId !== undefined && { secret_id: auth.secretId.text() }) };
    case 'kubernetes':
    case 'jwt':
      return { ...role, jwt: (await readSource(auth.jwt, host)).trim() };
    case 'cert':
      return 'role' in role ? { name: role.role } : {};
  }
}

/** A given token can be looked up, unless its policies forbid that; it may still be valid then. */
async function lookUp(
  wire: Wire,
  token: string,
  namespace: string | undefined,
  context: CallContext,
): Promise<TokenLease> {
  const answer = await wire.send({ method: 'GET', path: '/auth/token/lookup-self', token, namespace }, context);
  if (isRefusal(answer)) return { token, ttlSeconds: 0, renewable: false, isOurs: false };
  const data = member(answer.body, 'data');
  const ttlSeconds = memberCount(data, 'ttl');
  if (answer.status !== 200 || ttlSeconds === undefined) throw failureOf(answer);
  return { token, ttlSeconds, renewable: member(data, 'renewable') === true, isOurs: false };
}

export function parseGrant({ status, body }: VaultAnswer, isMade: boolean): TokenLease | undefined {
  const auth = member(body, 'auth');
  const token = memberText(auth, 'client_token');
  const ttlSeconds = memberCount(auth, 'lease_duration');
  if (status !== 200 || token === undefined || token === '' || ttlSeconds === undefined) return undefined;
  return {
    token,
    ttlSeconds,
    renewable: member(auth, 'renewable') === true,
    isOurs: isMade && memberText(auth, 'token_type') !== 'batch',
  };
}
