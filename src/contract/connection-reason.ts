import type { FailureReason, Why } from './failure-reasons.ts';

/**
 * Matches codes of Node.js, undici and OpenSSL, or their words if a library passes on no more. The first match wins.
 */
const patterns: readonly (readonly [FailureReason, RegExp])[] = [
  ['certificate_for_another_name', /ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|IP_ADDRESS_MISMATCH/],
  ['certificate_expired', /CERT_HAS_EXPIRED|certificate has expired/],
  ['certificate_not_yet_valid', /CERT_NOT_YET_VALID|certificate is not yet valid/],
  [
    'certificate_untrusted_by_system',
    /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)|CERT_(?:UNTRUSTED|SIGNATURE_FAILURE)|INVALID_CA|self-signed certificate|unable to (?:verify the first|get (?:local )?issuer) certificate/,
  ],
  ['client_certificate_refused', /alert[ _](?:certificate[ _]required|bad[ _]certificate|unknown[ _]ca)/i],
  ['not_tls', /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|unknown[ _]protocol/i],
  ['tls_failed', /ERR_SSL_|ERR_TLS_|SSL routines|EPROTO/],
  ['name_not_resolved', /ENOTFOUND|EAI_[A-Z]+/],
  ['connection_refused', /ECONNREFUSED/],
  ['connection_timed_out', /ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|did not establish a connection/],
  ['no_route', /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL/],
  [
    'connection_reset',
    /ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|socket hang up|socket disconnected before|Failed to connect/,
  ],
];

const mostCauses = 4;
/** An alert and a handshake: the records that a TLS server can begin with. */
const tlsRecords: readonly number[] = [0x15, 0x16];

/**
 * Why a connection failed, as far as the client library's error shows. Its message is compared, never kept.
 * @param authorities the setting that names trusted authorities, if the connection uses one
 */
export function connectionReason(error: unknown, authorities?: string): Why {
  const errors = withCauses(error);
  if (errors.some(isAnswerInTls)) return { reason: 'tls_expected' };
  const reason =
    firstThatFits(errors.map((each) => textOf(each, 'code'))) ??
    firstThatFits(errors.map((each) => textOf(each, 'message')));
  return reason === 'certificate_untrusted_by_system' && authorities !== undefined
    ? { reason: 'certificate_untrusted_by_setting', about: authorities }
    : reason === undefined
      ? {}
      : { reason };
}

/** Whether this is a TLS server's answer to a client without TLS, as Go, nginx and Apache write it. */
export function asksForTls(body: string): boolean {
  return /(?:HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|speaking plain HTTP to an SSL-enabled server)/i.test(
    body,
  );
}

function firstThatFits(texts: readonly string[]): FailureReason | undefined {
  const found = patterns.find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0];
  // For EPROTO, OpenSSL's own words say more.
  return found === 'tls_failed' && texts.includes('EPROTO') ? undefined : found;
}

function withCauses(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let next = error; isObject(next) && chain.length < mostCauses;) {
    chain.push(next);
    const several = property(next, 'errors');
    next = property(next, 'cause') ?? (Array.isArray(several) ? several[0] : undefined);
  }
  return chain;
}

/** The input that an HTTP parser rejected: bytes in Node.js, text in undici. */
function isAnswerInTls(error: unknown): boolean {
  const packet = property(error, 'rawPacket');
  const first = packet instanceof Uint8Array ? packet[0] : textOf(error, 'data').codePointAt(0);
  return first !== undefined && tlsRecords.includes(first);
}

function textOf(value: unknown, name: string): string {
  const text = property(value, name);
  return typeof text === 'string' ? text : '';
}

function property(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
