import { isAbsolute } from 'node:path';
import { quote, type SettingField } from '@kici-dev/secret-backend';

/** As JSON or a command line supplies it. */
export type PlainValue = string | number | boolean;

export type ParsedField = { readonly value: PlainValue } | { readonly problem: string; readonly hint: string };

/** Parses one plain field, independently of the others. */
export function parseField(field: SettingField, given: PlainValue): ParsedField {
  const refuse = (problem: string): ParsedField => ({
    problem: `${problem}: ${quote(String(given))}`,
    hint: `for example ${field.example}; ${field.description}`,
  });
  if (field.type === 'integer') return parseInteger(field, given, refuse);
  if (field.type === 'boolean') {
    if (given === true || given === 'true') return { value: true };
    return given === false || given === 'false' ? { value: false } : refuse('is neither true nor false');
  }
  if (typeof given !== 'string') return refuse('is not text');
  if (given === '' && field.required === true) return refuse('is empty');
  switch (field.type) {
    case 'string': {
      const matches = field.pattern === undefined || new RegExp(`^(?:${field.pattern})$`, 'u').test(given);
      return matches ? { value: given } : refuse('does not have the required form');
    }
    case 'choice':
      return field.choices.includes(given) ? { value: given } : refuse(`is not one of ${field.choices.join(', ')}`);
    case 'path':
      return isAbsolute(given) && !given.includes('\0') ? { value: given } : refuse('is not an absolute path');
    case 'address':
      return parseAddress(given, refuse);
  }
}

function parseInteger(
  {
    minimum = Number.MIN_SAFE_INTEGER,
    maximum = Number.MAX_SAFE_INTEGER,
  }: { readonly minimum?: number; readonly maximum?: number },
  given: PlainValue,
  refuse: (problem: string) => ParsedField,
): ParsedField {
  const value = typeof given === 'string' && /^[+-]?\d{1,16}$/.test(given) ? Number(given) : given;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return refuse('is not a whole number');
  if (value < minimum) return refuse(`is less than ${minimum}`);
  return value > maximum ? refuse(`is more than ${maximum}`) : { value };
}

/** An HTTP URL, or a host with an optional port. */
function parseAddress(given: string, refuse: (problem: string) => ParsedField): ParsedField {
  const url = given.includes('://') ? given : `https://${given}`;
  if (/[\s\\]/.test(given) || !URL.canParse(url)) return refuse('is not an address');
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return refuse('is not an http or https address');
  // Not quoted, since it would show a password.
  if (username !== '' || password !== '')
    return {
      problem: 'holds a user name or password',
      hint: 'settings are shown to people: give credentials in the settings that are secret',
    };
  return hostname === '' ? refuse('names no host') : { value: given };
}
