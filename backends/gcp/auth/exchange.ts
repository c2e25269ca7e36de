import { BackendError, connectionReason, type FailureCode } from '@kici-dev/secret-backend';
import type { FetchOptions, SafeFetch } from '../service/fetch.ts';
import { property } from '../service/property.ts';
import { rootBackendError } from '../service/sdk-error.ts';

export const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

export interface TokenExchange {
  readonly url: URL;
  /** The service's name in errors. */
  readonly service: string;
  readonly options: FetchOptions;
  /** The code for a refusal. */
  readonly refused: FailureCode;
}

/** The JSON or text that a token service answers. Rejects with a `BackendError` that holds none of it. */
export async function ask({ fetch }: SafeFetch, { url, service, options, refused }: TokenExchange): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(url, options);
  } catch (error) {
    throw (
      rootBackendError(error) ??
      new BackendError(options.signal?.aborted === true ? 'timeout' : 'unreachable', {
        ...(options.signal?.aborted !== true && connectionReason(error)),
        detail: `signing in: ${service} (${url.host}) did not answer`,
      })
    );
  }
  const body = await answer.text();
  if (answer.ok) return body;
  throw new BackendError(codeOf(answer.status, refused), {
    detail: `signing in: ${service} (${url.host}) answered ${answer.status}${oauthError(body)}`,
  });
}

function codeOf(status: number, refused: FailureCode): FailureCode {
  if (status === 400 || status === 401 || status === 403) return refused;
  if (status === 429) return 'throttled';
  return status >= 500 ? 'server_error' : 'bad_answer';
}

/** The machine-readable word of RFC 6749 and of Google's errors; never their prose. */
function oauthError(body: string): string {
  const error: unknown = property(parse(body), 'error');
  const word: unknown = typeof error === 'string' ? error : property(error, 'status');
  return typeof word === 'string' && /^[A-Za-z_]{1,40}$/.test(word) ? ` (${word})` : '';
}

/** `undefined` if it is not JSON. */
export function parse(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed;
  } catch {
    return undefined;
  }
}

export function form(fields: Readonly<Record<string, string>>): Pick<FetchOptions, 'method' | 'headers' | 'body'> {
  return {
    method: 'POST',
    headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
    body: new URLSearchParams(fields).toString(),
  };
}

/** @throws BackendError `bad_answer` unless it is an answer by RFC 6749 */
export function readOauthToken(
  body: string,
  service: string,
  now: number,
): { readonly token: string; readonly expiresAt?: number } {
  const json = parse(body);
  const token: unknown = property(json, 'access_token');
  const seconds: unknown = property(json, 'expires_in');
  if (typeof token !== 'string' || token === '')
    throw new BackendError('bad_answer', { detail: `signing in: ${service} answered without a token` });
  return typeof seconds === 'number' ? { token, expiresAt: now + seconds * 1000 } : { token };
}
