import { SecretValue, unknown, found, absent, type ReadOutcome } from '@kici-dev/secret-backend';
import type { Entry } from './entry.ts';

/**
 * A field of a path. If it is not a string it is its JSON text, with every digit that the server sent; `null` is not a
 * value.
 */
export function outcomeOf(entry: Entry, key: string): ReadOutcome {
  if (entry.state === 'never') return absent;
  if (entry.state !== 'present') return unknown(entry.state);
  if (!Object.hasOwn(entry.fields, key)) return absent;
  const field = entry.fields[key];
  if (field === null) return unknown('wrong_shape', 'the field is null', 'field_not_text');
  const text = typeof field === 'string' ? field : JSON.stringify(field);
  // Encoding would replace half a surrogate pair.
  if (!text.isWellFormed()) return unknown('wrong_shape', 'the field is not valid Unicode', 'field_not_text');
  return found(SecretValue.fromText(text), entry.version === undefined ? undefined : String(entry.version));
}
