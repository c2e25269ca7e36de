import {
  absent,
  found,
  isFailureCode,
  SecretValue,
  unknown,
  type Lease,
  type ReadOutcome,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { ContractBreach } from './breach.ts';
import type { Redactor } from './redact.ts';
import { badAnswer, isRecord } from './shape.ts';

/**
 * The outcomes in an adapter's answer to a read, reduced to the contract's shape.
 * @throws ContractBreach if the answer cannot be matched to the refs
 */
export function checkOutcomes(
  answer: unknown,
  refs: readonly SecretRef[],
  maxValueBytes: number,
  redactor: Redactor,
): readonly ReadOutcome[] {
  if (!Array.isArray(answer)) throw badAnswer('the adapter answered a read with something that is not a list');
  if (answer.length !== refs.length)
    throw badAnswer(`the adapter answered ${refs.length} refs with ${answer.length} outcomes`);
  return refs.map((ref, index) => checkOutcome(answer[index], ref, maxValueBytes, redactor));
}

function checkOutcome(
  outcome: unknown,
  { scope, key }: SecretRef,
  maxValueBytes: number,
  redactor: Redactor,
): ReadOutcome {
  if (!isRecord(outcome)) return breach('the adapter gave something that is not an outcome');
  switch (outcome['status']) {
    case 'absent':
      return absent;
    case 'found':
      return checkFound(outcome, maxValueBytes);
    case 'unknown': {
      const code = outcome['code'];
      if (typeof code !== 'string' || !isFailureCode(code))
        return breach('the adapter gave a failure code that does not exist');
      return { status: 'unknown', code, ...redactor.about({ scope, key }).details(code, outcome) };
    }
    default:
      return breach('the adapter gave an outcome that is neither found, absent nor unknown');
  }
}

function checkFound({ value, version, lease }: Readonly<Record<string, unknown>>, maxValueBytes: number): ReadOutcome {
  const secret = toSecretValue(value);
  if (secret === undefined) return breach('the adapter found something that is not a secret value');
  if (secret.byteLength > maxValueBytes)
    return unknown(
      'bad_answer',
      `the value has ${secret.byteLength} bytes, and the backend takes at most ${maxValueBytes}`,
    );
  if (version !== undefined && (typeof version !== 'string' || version === ''))
    return breach('the adapter gave a version that is not text');
  if (lease === undefined) return found(secret, version);
  const checked = checkLease(lease);
  return checked === undefined ? breach('the adapter gave a lease that is malformed') : found(secret, version, checked);
}

function checkLease(lease: unknown): Lease | undefined {
  if (!isRecord(lease)) return undefined;
  const { id, expiresAt, renewable } = lease;
  return typeof id === 'string' &&
    id !== '' &&
    typeof expiresAt === 'string' &&
    !Number.isNaN(Date.parse(expiresAt)) &&
    typeof renewable === 'boolean'
    ? { id, expiresAt, renewable }
    : undefined;
}

function breach(detail: string): ReadOutcome {
  return new ContractBreach(detail).toOutcome();
}

/** Also accepts a value from another copy of the contract's package. */
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
