import { BackendError } from '@kici-dev/secret-backend';
import { toNumber } from './int64.ts';
import { property } from './property.ts';

const maxCauses = 4;

function causesOf(error: unknown): readonly unknown[] {
  const chain = [error];
  for (
    let next: unknown = property(error, 'cause');
    next !== undefined && chain.length < maxCauses;
    next = property(next, 'cause')
  )
    chain.push(next);
  return chain;
}

/** Our own error that travelled through the library, such as the host's refusal of an address. */
export function rootBackendError(error: unknown): BackendError | undefined {
  return causesOf(error).find((each) => BackendError.is(each));
}

/** A system code, such as ECONNRESET or CERT_HAS_EXPIRED, means that no answer came. */
export function isNetworkError(error: unknown): boolean {
  return causesOf(error).some((each) => {
    const code: unknown = property(each, 'code');
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code);
  });
}

/** Where the library keeps the body of a refusal. */
const rawPayload = Symbol.for('google-gax.rawHttpResponsePayload');

/** `error.status` of Google's JSON errors; `undefined` for any other body. */
export function googleStatusOf(error: unknown): string | undefined {
  const body: unknown = property(error, rawPayload);
  if (typeof body !== 'string') return undefined;
  try {
    const status: unknown = property(property(JSON.parse(body), 'error'), 'status');
    return typeof status === 'string' ? status : undefined;
  } catch {
    return undefined;
  }
}

/** In milliseconds, from a google.rpc.RetryInfo. */
export function retryAfterMs(error: unknown): number | undefined {
  const details: unknown = property(error, 'statusDetails');
  for (const detail of Array.isArray(details) ? details : []) {
    const delay: unknown = property(detail, 'retryDelay');
    const seconds = toNumber(property(delay, 'seconds'));
    if (seconds !== undefined) return seconds * 1000 + (toNumber(property(delay, 'nanos')) ?? 0) / 1e6;
  }
  return undefined;
}
