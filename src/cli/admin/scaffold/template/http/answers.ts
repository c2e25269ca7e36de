import {
  absent,
  BackendError,
  found,
  parseScopePath,
  SecretValue,
  unknown,
  type ReadOutcome,
  type ScopePath,
  type SecretDescriptor,
} from '@kici-dev/secret-backend';

/** An answer of the service, or part of one, not yet checked. */
export type Json = unknown;

export function textIn(json: Json, name: string): string | undefined {
  const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** @throws BackendError `bad_answer` */
export function requiredText(json: Json, name: string): string {
  return textIn(json, name) ?? lacks(name);
}

/** @throws BackendError `bad_answer` */
export function listIn(json: Json, name: string): readonly Json[] {
  const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  return Array.isArray(value) ? value : lacks(name);
}

/** @throws BackendError `bad_answer` */
export function scopeIn(text: string): ScopePath {
  const scope = parseScopePath(text);
  if (!scope.ok) throw new BackendError('bad_answer', { detail: 'the answer has a malformed scope' });
  return scope.value;
}

/** @throws BackendError `bad_answer` */
export function descriptorOf(json: Json): SecretDescriptor {
  return {
    scope: scopeIn(requiredText(json, 'scope')),
    key: requiredText(json, 'key'),
    version: requiredText(json, 'version'),
  };
}

/** What the service says about one secret. Only the word `missing` proves absence. */
export function outcomeOf(json: Json): ReadOutcome {
  const status = textIn(json, 'status');
  if (status === 'missing') return absent;
  if (status === 'denied') return unknown('permission_denied');
  const value = textIn(json, 'value');
  const bytes = Buffer.from(value ?? '', 'base64');
  // If it is not valid base64, half of it could be taken for the value.
  if (status !== 'found' || bytes.toString('base64') !== value) return unknown('bad_answer');
  return found(SecretValue.fromBytes(bytes), textIn(json, 'version'));
}

function lacks(name: string): never {
  throw new BackendError('bad_answer', { detail: `the answer has no ${name}` });
}
