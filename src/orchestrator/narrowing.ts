import type { Parsed } from '@kici-dev/secret-backend';
import {
  couldMatchWithin,
  parseBinding,
  parseScopePattern,
  selectsBackend,
  selectsScope,
  type Binding,
  type ScopePattern,
} from '@kici-dev/secret-federation';
import { ApiError } from '../api/errors.ts';
import type { Caller } from './caller.ts';

/** The scope patterns of a token; `undefined`: every scope. */
export type Narrowing = readonly string[] | undefined;

interface ParsedNarrowing {
  readonly binding: Binding;
  readonly pattern: ScopePattern;
}

/** A pattern is written as in a binding, without placeholders. */
export function parseNarrowing(text: string): Parsed<ParsedNarrowing> {
  const binding = parseBinding({ id: '', scope: text });
  if (!binding.ok) return binding;
  const pattern = parseScopePattern(binding.value.pattern);
  return pattern.ok ? { ok: true, value: { binding: binding.value, pattern: pattern.value } } : pattern;
}

export function narrowingOf(caller: Caller): Narrowing {
  return caller.kind === 'token' ? caller.scopes : [];
}

export function allowsScope(narrowing: Narrowing, backend: string, path: string): boolean {
  return someAllowed(narrowing, backend, (pattern) => selectsScope(pattern, path));
}

/** Whether the token may see anything at or below the scope; left out: of the whole backend. */
export function reachesInto(narrowing: Narrowing, backend: string, region: string | undefined): boolean {
  return someAllowed(narrowing, backend, (pattern) => couldMatchWithin(pattern, region));
}

function someAllowed(narrowing: Narrowing, backend: string, test: (pattern: ScopePattern) => boolean): boolean {
  return (
    narrowing === undefined ||
    narrowing.some((text) => {
      const parsed = parseNarrowing(text);
      return parsed.ok && selectsBackend(parsed.value.binding, backend) && test(parsed.value.pattern);
    })
  );
}

/** @throws ApiError `permission_denied` */
export function requireScope(caller: Caller, backend: string, path: string): void {
  if (!allowsScope(narrowingOf(caller), backend, path))
    throw new ApiError('permission_denied', `this token is narrowed to other scopes than ${backend}:${path}`);
}

/**
 * Whoever binds a scope can have it read, so a narrowed token binds only what lies within its own patterns.
 * @throws ApiError `permission_denied`
 */
export function requireBindable(caller: Caller, binding: Binding): void {
  if (!someAllowed(narrowingOf(caller), binding.backend, (pattern) => covers(pattern, binding.pattern)))
    throw new ApiError(
      'permission_denied',
      `this token is narrowed to other scopes than ${binding.backend}:${binding.pattern}`,
    );
}

/** Whether everything that the inner pattern can select is selected by the outer one. Errs towards no. */
function covers(outer: ScopePattern, inner: string): boolean {
  const text = outer.kind === 'exact' ? outer.scope : outer.text;
  if (text === inner || text === '**') return true;
  if (
    outer.kind === 'glob' &&
    outer.base !== undefined &&
    text === `${outer.base}/**` &&
    inner.startsWith(`${outer.base}/`)
  )
    return true;
  const parsed = parseScopePattern(inner);
  return parsed.ok && parsed.value.kind === 'exact' && selectsScope(outer, parsed.value.scope);
}
