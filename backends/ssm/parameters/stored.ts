import { found, SecretValue, unknown, type ReadOutcome } from '@kici-dev/secret-backend';
import { isNumber, type ParameterId } from './parameter-id.ts';

/** A parameter as GetParameter and GetParameters return it. */
export interface ParameterEntry {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly Value?: string | undefined;
  readonly Version?: number | undefined;
  readonly Selector?: string | undefined;
}

/** Accepts an answer only if it is complete and about the requested parameter. */
export function acceptValue(entry: ParameterEntry | undefined, { name, version }: ParameterId): ReadOutcome {
  const { Name, ARN, Value, Version, Selector } = entry ?? {};
  if (Name === undefined || Value === undefined || Version === undefined)
    return unknown('bad_answer', 'the answer lacks the name, the version or the value of a parameter');
  if (Name !== name || (ARN !== undefined && !ARN.endsWith(`:parameter${name}`)))
    return unknown('ambiguous', 'the service answered for another parameter than the one that was asked for');
  if (version !== undefined && !isVersion(version, Version, Selector))
    return unknown('bad_answer', 'the answer is about another version');
  if (!Value.isWellFormed()) return unknown('corrupt', 'the value holds half a surrogate pair, which is no text');
  return found(SecretValue.fromText(Value), `${Version}`);
}

/** The service repeats the selector, with its colon; an emulator may omit it. */
function isVersion(asked: string, answered: number, selector = `:${asked}`): boolean {
  return isNumber(asked) ? asked === `${answered}` : selector === `:${asked}`;
}
