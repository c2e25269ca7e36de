import { failureCodes, type FailureCode, type UnlistedScope } from '@kici-dev/secret-backend';
import { isTold, unavailableParts, type UnavailablePart } from '@kici-dev/secret-federation';
import type * as z from 'zod';
import type { unavailablePart } from '../../api/fields.ts';
import { reachesInto, type Narrowing } from '../narrowing.ts';
import type { ResolvedEnvironment } from './resolve.ts';

export type UnavailableView = z.output<typeof unavailablePart>;

/** What of an environment no names could be had of, as far as the token may know of it. */
export function unavailableOf(resolved: ResolvedEnvironment, narrowing: Narrowing): UnavailableView[] {
  return seenParts(resolved, narrowing).map(({ backend, scopes, code, told, bindings }) => ({
    backend,
    scopes: [...scopes],
    code,
    answered: told,
    ...wordsOf(code),
    bindings: resolved.bindings
      .filter(({ id }) => bindings.includes(id))
      .map(({ backend: bound, pattern }) => `${bound}:${pattern}`),
  }));
}

/** Each cause once. */
export function seenParts({ catalogue }: ResolvedEnvironment, narrowing: Narrowing): readonly UnavailablePart[] {
  return unavailableParts(
    catalogue.blocks.filter(({ backend, scope, region }) => reachesInto(narrowing, backend, scope ?? region)),
  );
}

/** What one backend left out of a list. */
export function unlistedView(backend: string, unlisted: readonly UnlistedScope[]): UnavailableView[] {
  return unlisted.map((part) => ({
    backend,
    scopes: [part.scope],
    code: part.code,
    answered: isTold(part),
    ...wordsOf(part.code),
  }));
}

function wordsOf(code: FailureCode): Pick<UnavailableView, 'meaning' | 'hint'> {
  const { meaning, hint } = failureCodes[code];
  return { meaning, hint };
}
