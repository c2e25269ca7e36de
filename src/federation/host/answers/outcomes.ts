import { absent, found, isFailureCode, SecretValue, unknown, type ReadOutcome } from '@kici-dev/secret-backend';
import type { Redactor } from './redact.ts';
import { badAnswer, isRecord } from './shape.ts';

/**
 * The outcomes that an adapter's answer to a read holds, each in the contract's shape and no more.
 * @throws BackendError `bad_answer` when the answer cannot be told apart by refs
 */
export function checkOutcomes(
  answer: unknown,
  count: number,
  maxValueBytes: number,
  redactor: Redactor,
): readonly ReadOutcome[] {
  if (!Array.isArray(answer) || answer.length !== count)
    throw badAnswer(`the adapter did not answer ${count} refs with ${count} outcomes`);
  // `from`, unlike `map`, also visits holes.
  return Array.from(answer, (outcome: unknown) => checkOutcome(outcome, maxValueBytes, redactor));
}

function checkOutcome(outcome: unknown, maxValueBytes: number, redactor: Redactor): ReadOutcome {
  if (!isRecord(outcome)) return unknown('bad_answer', 'the adapter gave something that is no outcome');
  switch (outcome['status']) {
    case 'absent':
      return absent;
    case 'found':
      return checkFound(outcome, maxValueBytes);
    case 'unknown': {
      const code = outcome['code'];
      if (typeof code !== 'string' || !isFailureCode(code))
        return unknown('bad_answer', 'the adapter gave a failure code that does not exist');
      return { status: 'unknown', code, ...redactor.details(outcome) };
    }
    default:
      return unknown('bad_answer', 'the adapter gave an outcome that is neither found, absent nor unknown');
  }
}

function checkFound({ value, version }: Readonly<Record<string, unknown>>, maxValueBytes: number): ReadOutcome {
  const secret = toSecretValue(value);
  if (secret === undefined) return unknown('bad_answer', 'the adapter found something that is no secret value');
  if (secret.byteLength > maxValueBytes)
    return unknown(
      'bad_answer',
      `the value has ${secret.byteLength} bytes, and the backend takes at most ${maxValueBytes}`,
    );
  if (version !== undefined && (typeof version !== 'string' || version === ''))
    return unknown('bad_answer', 'the adapter gave a version that is no text');
  return found(secret, version);
}

/** Also takes a value of another copy of the contract's package. */
function toSecretValue(value: unknown): SecretValue | undefined {
  if (value instanceof SecretValue) return value;
  if (!isRecord(value) || typeof value['bytes'] !== 'function') return undefined;
  try {
    const bytes: unknown = value['bytes']();
    return bytes instanceof Uint8Array ? SecretValue.fromBytes(bytes) : undefined;
  } catch {
    return undefined;
  }
}
