/** Headers tell whole seconds, and an answer takes its time. */
const toleranceMs = 5_000;

let offsetMs = 0;
const listeners = new Set<() => void>();

/** Hears of each change of what the server's clock is taken for. */
export function onServerTime(listener: () => void): void {
  listeners.add(listener);
}

/** @param date of an answer; its times are the server's, whatever this machine's clock says */
export function setServerTime(date: string | null): void {
  const found = Date.parse(date ?? '') - Date.now();
  const next = Math.abs(found) < toleranceMs ? 0 : found;
  if (!Number.isFinite(found) || Math.abs(next - offsetMs) < toleranceMs) return;
  offsetMs = next;
  for (const listener of listeners) listener();
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
