import type { ScopePath } from './messages.ts';

const backendName = /^[a-z][a-z0-9-]{0,62}$/;
const scopeSegment = /^[A-Za-z0-9._-]+$/;
const environmentKey = /^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/;

export const internalBackendName = 'internal';
export const maxScopePathLength = 512;

/** Either the parsed name, or why it is invalid; the reason completes `"<name>" is not …: `. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export interface ScopeId {
  readonly backend: string;
  readonly path: ScopePath;
}

/** An instance's name, as operators choose it. */
export function parseBackendName(text: string): Parsed<string> {
  return backendName.test(text)
    ? { ok: true, value: text }
    : {
        ok: false,
        reason: `a backend name starts with a lower-case letter and has at most 63 of a-z, 0-9 and "-": ${quote(text)}`,
      };
}

export function parseScopePath(text: string): Parsed<ScopePath> {
  return isScopePath(text)
    ? { ok: true, value: text }
    : { ok: false, reason: `${scopePathProblem(text)}: ${quote(text)}` };
}

function isScopePath(text: string): text is ScopePath {
  return scopePathProblem(text) === undefined;
}

function scopePathProblem(text: string): string | undefined {
  if (text === '') return 'a scope is not empty';
  if (text.length > maxScopePathLength) return `a scope has at most ${maxScopePathLength} characters`;
  for (const segment of text.split('/')) {
    if (segment === '') return 'a scope has no empty segment and no "/" at either end';
    if (segment === '.' || segment === '..') return 'a scope has no "." or ".." segment';
    if (!scopeSegment.test(segment)) return 'a scope segment has only A-Z, a-z, 0-9, ".", "_" and "-"';
  }
  return undefined;
}

/** Parses `backend:path`; a bare path is in the internal store. */
export function parseScopeId(text: string): Parsed<ScopeId> {
  const colon = text.indexOf(':');
  const backend = parseBackendName(colon < 0 ? internalBackendName : text.slice(0, colon));
  if (!backend.ok) return backend;
  const path = parseScopePath(text.slice(colon + 1));
  return path.ok ? { ok: true, value: { backend: backend.value, path: path.value } } : path;
}

export function formatScopeId(id: ScopeId): string {
  return `${id.backend}:${id.path}`;
}

/** Parses a key of an environment, as steps request it. */
export function parseKey(text: string): Parsed<string> {
  return environmentKey.test(text)
    ? { ok: true, value: text }
    : {
        ok: false,
        reason: `a key starts with a letter or "_" and has at most 255 of A-Z, a-z, 0-9, "_", "." and "-": ${quote(text)}`,
      };
}

/** Scopes that begin with `__` are the system's own; no binding reaches them. */
export function isReservedScope(path: string): boolean {
  return path.startsWith('__');
}

/** For messages: shortened, and without anything that could act on a terminal. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text).replace(/[^\x20-\x7e…]/g, '?');
}
