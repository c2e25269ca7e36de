import type { Parsed } from '@kici-dev/secret-backend';
import {
  couldMatchWithin,
  everyBackend,
  parseBinding,
  parseScopePattern,
  selectsBackend,
  selectsScope,
  type Binding,
  type ScopePattern,
} from '@kici-dev/secret-federation';
import type { Caller } from './caller.ts';

/** The scope patterns of a token; `undefined`: every scope. */
export type Narrowing = readonly string[] | undefined;

interface ParsedNarrowing {
  readonly binding: Binding;
  readonly pattern: ScopePattern;
}

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

/** Whether the token may see anything at or below the scope; default: anything of the backend. */
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

/** Whether everything that the binding can select is within. Errs towards no. */
export function holdsBinding(
  narrowing: Narrowing,
  { backend, pattern }: Pick<Binding, 'backend' | 'pattern'>,
): boolean {
  return someAllowed(narrowing, backend, (outer) => covers(outer, pattern));
}

/** Whether a binding may be shown: what it can select is within, or contains what is within. Errs towards no. */
export function showsBinding(narrowing: Narrowing, binding: Pick<Binding, 'backend' | 'pattern'>): boolean {
  if (holdsBinding(narrowing, binding)) return true;
  const outer = parseScopePattern(binding.pattern);
  return (
    outer.ok &&
    (narrowing ?? []).some((text) => {
      const inner = parseNarrowing(text);
      return (
        inner.ok &&
        (binding.backend === everyBackend || selectsBackend(inner.value.binding, binding.backend)) &&
        covers(outer.value, inner.value.binding.pattern)
      );
    })
  );
}

/** Whether any scope of the backend may be within. */
export function reachesBackend(narrowing: Narrowing, backend: string): boolean {
  return someAllowed(narrowing, backend, () => true);
}

/** Whether the outer pattern selects everything that the inner one can. Errs towards no. */
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
