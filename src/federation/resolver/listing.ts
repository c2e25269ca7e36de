import type {
  FailureCode,
  ListQuery,
  ScopePath,
  SecretDescriptor,
  UnlistedScope,
  UnnameableSecret,
  Why,
} from '@kici-dev/secret-backend';
import { compareText } from './rank.ts';
import { selectsBackend, type CompiledBindings } from './compile.ts';

/** What the resolver knows about a backend. */
export interface BackendTraits {
  readonly name: string;
  /** A job starts without an optional backend; the keys that it could supply are unavailable. */
  readonly optional: boolean;
  readonly listConsistency: 'strong' | 'eventual';
}

export interface ListingRequest {
  readonly backend: string;
  readonly query: ListQuery;
}

/** The answer to a request: names, or why there are none; a reason belongs to the failure. */
export interface Listing extends ListingRequest, Why {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
  /** Set if nothing of the query could be listed. */
  readonly failure?: FailureCode;
}

/** The fewest listings that cover every scope a binding can select. */
export function planListings(
  bindings: CompiledBindings,
  backends: readonly BackendTraits[],
): readonly ListingRequest[] {
  return backends.flatMap(({ name: backend }) => {
    const patterns = bindings.active
      .filter(({ binding }) => selectsBackend(binding, backend))
      .map(({ pattern }) => pattern);
    if (patterns.some((pattern) => pattern.kind === 'glob' && pattern.base === undefined))
      return [{ backend, query: { depth: 'tree' } }];
    const trees = new Set(patterns.flatMap((pattern) => (pattern.kind === 'glob' ? (pattern.base ?? []) : [])));
    const scopes = new Set(patterns.flatMap((pattern) => (pattern.kind === 'exact' ? pattern.scope : [])));
    const insideTree = (scope: ScopePath): boolean => [...trees].some((tree) => scope.startsWith(`${tree}/`));
    return [
      ...[...trees]
        .filter((tree) => !insideTree(tree))
        .toSorted(compareText)
        .map((scope): ListingRequest => ({ backend, query: { scope, depth: 'tree' } })),
      ...[...scopes]
        .filter((scope) => !insideTree(scope) && !trees.has(scope))
        .toSorted(compareText)
        .map((scope): ListingRequest => ({ backend, query: { scope, depth: 'scope' } })),
    ];
  });
}
