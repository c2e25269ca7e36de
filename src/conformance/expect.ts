import { fail, ok } from 'node:assert/strict';
import { setTimeout as startTimer } from 'node:timers';
import type { FailureCode, ReadOutcome, SecretDescriptor, SecretValue } from '@kici-dev/secret-backend';
import { attempt, toValue } from './world.ts';

// Assertions never print what was read: the value may belong to another secret.

/** Fails unless the outcome is *found*, with this value. */
export function expectFound(
  outcome: ReadOutcome | undefined,
  expected: SecretValue | string,
  what = 'the secret',
): void {
  if (outcome?.status !== 'found') fail(`${what} is ${describeOutcome(outcome)}, and should be found`);
  const wanted = toValue(expected);
  if (!outcome.value.equals(wanted))
    fail(
      `${what} has another value than the one that was stored (${outcome.value.byteLength} bytes instead of ${wanted.byteLength}, or others)`,
    );
}

export function expectAbsent(outcome: ReadOutcome | undefined, what = 'the secret'): void {
  if (outcome?.status !== 'absent') fail(`${what} is ${describeOutcome(outcome)}, and should be absent`);
}

export function expectUnknown(
  outcome: ReadOutcome | undefined,
  codes: readonly FailureCode[],
  what = 'the secret',
): void {
  if (outcome?.status !== 'unknown' || !codes.includes(outcome.code))
    fail(`${what} is ${describeOutcome(outcome)}, and should be unknown (${codes.join(', ')})`);
}

export function describeOutcome(outcome: ReadOutcome | undefined): string {
  if (outcome === undefined) return 'without an outcome';
  return outcome.status === 'unknown' ? `unknown (${outcome.code})` : outcome.status;
}

export async function expectRejection(
  call: () => Promise<unknown>,
  codes: readonly FailureCode[],
  what: string,
): Promise<void> {
  const attempted = await attempt(call);
  if (attempted.ok) fail(`${what} succeeds, and should reject (${codes.join(', ')})`);
  const { code } = attempted.error;
  ok(codes.includes(code), `${what} rejects with ${code}, and should with ${codes.join(' or ')}`);
}

/** Names as sorted text, so that a failed comparison shows the difference. */
export function names(secrets: readonly Pick<SecretDescriptor, 'scope' | 'key'>[]): string[] {
  return secrets.map(({ scope, key }) => `${scope} ${key}`).toSorted();
}

/** Fails if the call far outlives its deadline; the bound does not measure speed. */
export async function endsBy<T>(limitMs: number, what: string, call: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = startTimer(() => reject(new Error(`${what} is still running ${limitMs} ms later`)), limitMs);
  try {
    return await Promise.race([call, promise]);
  } finally {
    clearTimeout(timer);
  }
}
