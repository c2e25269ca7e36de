import { maxSecretBytes } from '../capabilities.ts';
import { BackendError, SecretValue, unknown, type AbsentOutcome, type UnknownOutcome } from '@kici-dev/secret-backend';
import { idKey, isAbout, isStage, type SecretId } from './secret-id.ts';

/** What the service holds under a name, not yet interpreted by a layout. */
export type StoredOutcome = StoredSecret | AbsentOutcome | UnknownOutcome;

export interface StoredSecret {
  readonly status: 'found';
  readonly value: SecretValue;
  readonly kind: 'text' | 'binary';
  readonly version: string;
}

/** A value as GetSecretValue and BatchGetSecretValue return it. */
export interface StoredValue {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

/** Accepts an answer only if it is complete and about the requested secret. */
export function acceptValue(entry: StoredValue, asked: SecretId): StoredOutcome {
  const { Name, VersionId, SecretString, SecretBinary } = entry;
  if (Name === undefined || VersionId === undefined)
    return unknown('bad_answer', 'the answer lacks the name or the version of the secret');
  if (!isAbout(entry, asked)) return unknown('ambiguous', 'the service answered for another secret');
  if (asked.version !== undefined && !isStage(asked.version) && asked.version !== VersionId)
    return unknown('bad_answer', 'the answer is about another version');
  if ((SecretString === undefined) === (SecretBinary === undefined))
    return unknown('bad_answer', 'the answer does not have exactly one value');
  if (SecretString?.isWellFormed() === false)
    return unknown('corrupt', 'the value holds half of a surrogate pair, which is not text');
  const value =
    SecretString === undefined
      ? SecretValue.fromBytes(SecretBinary ?? new Uint8Array())
      : SecretValue.fromText(SecretString);
  if (value.byteLength > maxSecretBytes)
    return unknown(
      'bad_answer',
      `the secret has ${value.byteLength} bytes, and the service takes at most ${maxSecretBytes}`,
    );
  return { status: 'found', value, kind: SecretString === undefined ? 'binary' : 'text', version: VersionId };
}

/** Picks an id's outcome from the answer for many. */
export function outcomeOf(outcomes: ReadonlyMap<string, StoredOutcome>, id: SecretId): StoredOutcome {
  return outcomes.get(idKey(id)) ?? unanswered;
}

export const unanswered: UnknownOutcome = Object.freeze(
  unknown('bad_answer', 'the service answered neither with a value nor with an error'),
);

export function failureOf(error: unknown): UnknownOutcome {
  return BackendError.is(error) ? error.toOutcome() : unknown('server_error');
}
