/** Headers tell whole seconds, and an answer takes its time. */
const toleranceMs = 5_000;

let offsetMs = 0;

/** @param date of an answer; its times are the server's, whatever this machine's clock says */
export function setServerTime(date: string | null): void {
  const found = Date.parse(date ?? '') - Date.now();
  if (Number.isFinite(found)) offsetMs = Math.abs(found) < toleranceMs ? 0 : found;
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
