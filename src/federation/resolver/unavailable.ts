import { isTransient, whyOf, type Failure } from '@kici-dev/secret-backend';
import type { Block } from './blocks.ts';
import { compareText } from './rank.ts';

/** What could not be listed, once per cause. */
export interface UnavailablePart extends Failure {
  readonly backend: string;
  /** Scopes, or folders of them; empty: everything that the bindings select in the backend. */
  readonly scopes: readonly string[];
  /** The backend has answered, and this is the scope's state; otherwise it could not be queried. */
  readonly told: boolean;
  /** Ids of the bindings that reach into it. */
  readonly bindings: readonly string[];
  readonly blocks: readonly Block[];
}

/**
 * A backend that fails in passing is one cause, however many of its scopes are bound and however each call failed: a
 * reset, a timeout, or the breaker that opened on them. Scope states are separate causes.
 */
export function unavailableParts(blocks: readonly Block[]): readonly UnavailablePart[] {
  const causes = Map.groupBy(blocks, ({ backend, code, reason, about, told, scope }) =>
    JSON.stringify([backend, isTransient(code) ? null : [code, reason, about], told ? scope : null]),
  );
  return [...causes.values()].flatMap((own) => {
    // The open breaker says less than the failure that caused it.
    const first = own.find(({ code }) => code !== 'circuit_open') ?? own[0];
    if (first === undefined) return [];
    const { backend, code, told } = first;
    const places = own.map(({ region, scope }) => region ?? scope);
    const scopes = places.filter((place) => place !== undefined);
    return [
      {
        backend,
        scopes: scopes.length < places.length ? [] : [...new Set(scopes)].toSorted(compareText),
        code,
        ...whyOf(first),
        told,
        bindings: [...new Set(own.map(({ binding }) => binding))],
        blocks: own,
      },
    ];
  });
}
