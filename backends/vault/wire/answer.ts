/** The server's answer. A class, so that what comes back through the client library can be told from anything else. */
export class VaultAnswer {
  readonly status: number;
  /** Parsed, with numbers that keep every digit; `undefined` if there is none or it is not JSON. */
  readonly body: unknown;
  /** Milliseconds to wait, from `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: unknown, retryAfterMs: number | undefined) {
    this.status = status;
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Seconds or a date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
