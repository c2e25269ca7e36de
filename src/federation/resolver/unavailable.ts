import type { FailureCode } from '@kici-dev/secret-backend';
import type { Block } from './blocks.ts';
import { compareText } from './rank.ts';

/** What no names could be had of, once for each cause. */
export interface UnavailablePart {
  readonly backend: string;
  /** Scopes, or folders of them; empty: whatever of the backend the bindings select. */
  readonly scopes: readonly string[];
  readonly code: FailureCode;
  /** The backend has answered, and this is the state of the scope; otherwise it could not be asked. */
  readonly told: boolean;
  /** The ids of the bindings that reach into it. */
  readonly bindings: readonly string[];
  readonly blocks: readonly Block[];
}

/** A backend that fails is one cause, however many of its scopes are bound; each scope has its own state. */
export function unavailableParts(blocks: readonly Block[]): readonly UnavailablePart[] {
  const causes = Map.groupBy(blocks, ({ backend, code, told, scope }) =>
    JSON.stringify([backend, code, told ? scope : null]),
  );
  return [...causes.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { backend, code, told } = first;
    const places = own.map(({ region, scope }) => region ?? scope);
    const scopes = places.filter((place) => place !== undefined);
    return [
      {
        backend,
        scopes: scopes.length < places.length ? [] : [...new Set(scopes)].toSorted(compareText),
        code,
        told,
        bindings: [...new Set(own.map(({ binding }) => binding))],
        blocks: own,
      },
    ];
  });
}
