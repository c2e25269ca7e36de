import { toNumber } from '../service/int64.ts';

interface Timestamp {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

/** Converts a google.protobuf.Timestamp to RFC 3339. */
export function toRfc3339(timestamp: Timestamp | null | undefined): string | undefined {
  const seconds = toNumber(timestamp?.seconds);
  if (seconds === undefined) return undefined;
  const milliseconds = seconds * 1000 + Math.floor((timestamp?.nanos ?? 0) / 1e6);
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : undefined;
}
