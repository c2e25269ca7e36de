import type { Parsed, SecretValue } from '@kici-dev/secret-backend';
import { property } from '../service/property.ts';

/** Parses credentials of the expected type. A reason never shows what the JSON holds. */
export function parseCredentialJson(json: SecretValue, type: string): Parsed<object> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.text() ?? '');
  } catch {
    return { ok: false, reason: 'it is not JSON' };
  }
  if (typeof parsed !== 'object' || parsed === null || property(parsed, 'type') !== type)
    return { ok: false, reason: `it is not a JSON object of the type ${type}` };
  const universe: unknown = property(parsed, 'universe_domain');
  if (universe !== undefined && universe !== 'googleapis.com')
    return { ok: false, reason: 'it is for another universe_domain than googleapis.com' };
  return { ok: true, value: parsed };
}

export function textIn(json: unknown, field: string): string | undefined {
  const value: unknown = property(json, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
