import { BackendError } from '@kici-dev/secret-backend';
import type { SafeFetch } from '../service/fetch.ts';
import { property } from '../service/property.ts';
import { ask, cloudPlatform, parse } from './exchange.ts';
import type { TokenSource } from './sign-in.ts';

const service = 'the IAM credentials service';

/** Where IAM Credentials issues tokens for the service account with this address. */
export function impersonationUrl(address: string, email: string): URL {
  return new URL(`/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:generateAccessToken`, address);
}

/** Tokens of a service account that the base tokens may impersonate. Source: IAM Service Account Credentials API. */
export function impersonate(base: TokenSource, url: URL, safeFetch: SafeFetch): TokenSource {
  return async (signal) => {
    const { token } = await base(signal);
    const headers = new Headers({ 'content-type': 'application/json', authorization: `Bearer ${token}` });
    const body = JSON.stringify({ scope: [cloudPlatform], lifetime: '3600s' });
    const answer = parse(
      await ask(safeFetch, {
        url,
        service,
        options: { method: 'POST', headers, body, signal },
        refused: 'permission_denied',
      }),
    );
    const [accessToken, expireTime]: readonly unknown[] = [
      property(answer, 'accessToken'),
      property(answer, 'expireTime'),
    ];
    if (typeof accessToken !== 'string' || accessToken === '')
      throw new BackendError('bad_answer', { detail: `signing in: ${service} answered without a token` });
    const expiresAt = typeof expireTime === 'string' ? Date.parse(expireTime) : Number.NaN;
    return Number.isNaN(expiresAt) ? { token: accessToken } : { token: accessToken, expiresAt };
  };
}
