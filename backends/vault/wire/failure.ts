import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { interrupted } from '../interruption.ts';

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; set tls.ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted; set tls.ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted; set tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted; set tls.ca',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate carries another name; set tls.serverName',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** Of what the HTTP client threw only its code is kept: its message and fields may hold headers or parts of a body. */
export function transportFailure(error: unknown, origin: string, context: CallContext): BackendError {
  if (BackendError.is(error)) return error;
  if (context.signal.aborted) return interrupted(context);
  const code = codeOf(error);
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW')
    return new BackendError('bad_answer', { detail: `${origin} does not speak HTTP as expected (${code})` });
  return new BackendError('unreachable', {
    detail: `${origin} could not be reached: ${words[code] ?? 'the connection failed'} (${code})`,
  });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'no code';
}
