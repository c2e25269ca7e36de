import {
  absent,
  found,
  unknown,
  type AbsentOutcome,
  type ReadOutcome,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';
import { setImmediate as pause } from 'node:timers/promises';
import type { StoredOutcome } from '../secrets/stored.ts';
import { parseFields, valueOf, type Field } from './json-object.ts';

/** A scope's parsed object. */
export interface ScopeObject {
  readonly status: 'object';
  /** In order, with duplicates. */
  readonly fields: readonly Field[];
  readonly byKey: ReadonlyMap<string, readonly Field[]>;
  readonly version: string;
}

export type OpenedScope = ScopeObject | AbsentOutcome | UnknownOutcome;

export function openObject(outcome: StoredOutcome): OpenedScope {
  if (outcome.status !== 'found') return outcome;
  const text = outcome.kind === 'text' ? outcome.value.text() : undefined;
  const fields = text === undefined ? undefined : parseFields(text);
  return fields === undefined
    ? unknown('wrong_shape', 'the secret of this scope is not a JSON object', 'not_a_json_object')
    : { status: 'object', fields, byKey: Map.groupBy(fields, ({ key }) => key), version: outcome.version };
}

/** Parses objects one by one, giving the rest of the process its turns: one of 64 KiB may take milliseconds. */
export async function* openObjects<T>(
  outcomes: Iterable<readonly [T, StoredOutcome]>,
): AsyncGenerator<readonly [T, OpenedScope]> {
  for (const [place, outcome] of outcomes) {
    yield [place, openObject(outcome)];
    await pause();
  }
}

export function fieldOutcome(object: OpenedScope, key: string): ReadOutcome {
  if (object.status !== 'object') return object;
  const [field, second] = object.byKey.get(key) ?? [];
  if (field === undefined) return absent;
  if (second !== undefined) return unknown('ambiguous', 'the JSON object has this key more than once');
  const value = valueOf(field);
  return value === undefined
    ? unknown('wrong_shape', 'the field is null or not well-formed text', 'field_not_text')
    : found(value, object.version);
}
