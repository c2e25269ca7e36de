import {
  absent,
  found,
  unknown,
  type AbsentOutcome,
  type ReadOutcome,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';
import type { StoredOutcome } from '../secrets/stored.ts';
import { parseFields, valueOf, type Field } from './json-object.ts';

/** A scope's object, taken apart. */
export interface ScopeObject {
  readonly status: 'object';
  readonly fields: readonly Field[];
  readonly version: string;
}

export function openObject(outcome: StoredOutcome): ScopeObject | AbsentOutcome | UnknownOutcome {
  if (outcome.status !== 'found') return outcome;
  const text = outcome.kind === 'text' ? outcome.value.text() : undefined;
  const fields = text === undefined ? undefined : parseFields(text);
  return fields === undefined
    ? unknown('wrong_shape', 'the secret of this scope is not a JSON object', 'not_a_json_object')
    : { status: 'object', fields, version: outcome.version };
}

export function fieldOutcome(object: ScopeObject | AbsentOutcome | UnknownOutcome, key: string): ReadOutcome {
  if (object.status !== 'object') return object;
  const [field, second] = object.fields.filter((candidate) => candidate.key === key);
  if (field === undefined) return absent;
  if (second !== undefined) return unknown('ambiguous', 'the JSON object has this key more than once');
  const value = valueOf(field);
  return value === undefined
    ? unknown('wrong_shape', 'the field holds half a surrogate pair, which is no text', 'field_not_text')
    : found(value, object.version);
}
