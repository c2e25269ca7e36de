import { internalBackendName, parseBackendName, parseKey, quote, type Parsed } from '@kici-dev/secret-backend';
import { compileSegment } from './glob.ts';
import type { Rename } from './rename.ts';
import { parseScopePattern } from './scope-pattern.ts';

/** As an operator writes it. */
export interface BindingInput {
  readonly id: string;
  /** `backend:pattern`; a bare pattern means the internal store, `*:pattern` every backend. */
  readonly scope: string;
  /** A glob for the agent's host. */
  readonly host?: string | undefined;
  readonly priority?: number | undefined;
  readonly prefix?: string | undefined;
  readonly map?: Readonly<Record<string, string>> | undefined;
  /** Deleted secrets count as absent here, so that the next candidate wins; default false. */
  readonly skipDeleted?: boolean | undefined;
}

export const everyBackend = '*';
export const everyHost = '**';

export interface Binding {
  readonly id: string;
  /** A backend's name, or `*`. */
  readonly backend: string;
  /** May hold placeholders. */
  readonly pattern: string;
  readonly host: string;
  readonly priority: number;
  readonly rename: Rename;
  readonly skipDeleted: boolean;
}

export const placeholder: RegExp = /\$\{(agentId|host|label:[A-Za-z0-9._-]+)\}/g;
/** In a character class, a fact would become a set of characters. */
const placeholderInClass = /\[[^\]]*\$\{/;

export function parseBinding(input: BindingInput): Parsed<Binding> {
  const colon = backendColon(input.scope);
  const backend = colon < 0 ? internalBackendName : input.scope.slice(0, colon);
  const pattern = input.scope.slice(colon + 1);
  if (backend !== everyBackend) {
    const name = parseBackendName(backend);
    if (!name.ok) return name;
  }
  if (placeholderInClass.test(pattern))
    return { ok: false, reason: `a placeholder cannot be used in a [class]: ${quote(input.scope)}` };
  // A placeholder stands for plain characters within one segment.
  const sample = parseScopePattern(pattern.replace(placeholder, 'x'));
  if (!sample.ok) return { ok: false, reason: `${sample.reason} (in ${quote(input.scope)})` };
  const host = input.host ?? everyHost;
  if (host.length > 253 || (host !== everyHost && compileSegment(host) === undefined)) {
    return {
      ok: false,
      reason: `a host pattern is "**", or has letters, digits, ".", "_", "-", "*", "?" and [classes]: ${quote(host)}`,
    };
  }
  const priority = input.priority ?? 0;
  if (!Number.isSafeInteger(priority))
    return { ok: false, reason: `a priority is a whole number: ${quote(String(priority))}` };
  const rename = parseRename(input);
  if (!rename.ok) return rename;
  const skipDeleted = input.skipDeleted === true;
  return { ok: true, value: { id: input.id, backend, pattern, host, priority, rename: rename.value, skipDeleted } };
}

/** Finds the colon after the backend's name, not the one inside `${label:…}`. */
function backendColon(text: string): number {
  const colon = text.indexOf(':');
  const brace = text.indexOf('${');
  return brace >= 0 && brace < colon ? -1 : colon;
}

function parseRename(input: BindingInput): Parsed<Rename> {
  if (input.prefix !== undefined && input.map !== undefined)
    return { ok: false, reason: 'a binding has a prefix or a map, not both' };
  if (input.prefix !== undefined) {
    const prefix = parseKey(input.prefix);
    return prefix.ok
      ? { ok: true, value: { kind: 'prefix', prefix: prefix.value } }
      : { ok: false, reason: `the prefix would not start a key: ${prefix.reason}` };
  }
  if (input.map === undefined) return { ok: true, value: { kind: 'none' } };
  const keys = new Map(Object.entries(input.map));
  if (keys.size === 0) return { ok: false, reason: 'a map names at least one key' };
  for (const target of keys.values()) {
    const key = parseKey(target);
    if (!key.ok) return key;
  }
  return { ok: true, value: { kind: 'map', keys } };
}
