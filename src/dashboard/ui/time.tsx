import { useSyncExternalStore, type ReactElement } from 'react';
import { onServerTime, serverNow } from '../api/server-time.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const tickMs = 20_000;

let now = serverNow();
onServerTime(() => {
  now = serverNow();
});

function subscribe(listener: () => void): () => void {
  const timer = setInterval(() => {
    now = serverNow();
    listener();
  }, tickMs);
  return () => {
    clearInterval(timer);
  };
}

/** How long ago, in words. */
export function relative(at: number, from: number): string {
  const distance = at - from;
  for (const [unit, ms] of units) if (Math.abs(distance) >= ms) return words.format(Math.round(distance / ms), unit);
  return 'just now';
}

/** How long ago, with the exact time on hover. */
export function Time({ at }: { readonly at: string }): ReactElement {
  const from = useSyncExternalStore(subscribe, () => now);
  return (
    <time dateTime={at} title={at}>
      {relative(Date.parse(at), Math.max(from, now))}
    </time>
  );
}

/** A readable duration. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
