import { hintOf, meaningOf, whyOf, type Failure, type UnlistedScope } from '@kici-dev/secret-backend';
import { isTold, unavailableParts, type UnavailablePart } from '@kici-dev/secret-federation';
import type * as z from 'zod';
import type { unavailablePart } from '../../api/fields.ts';
import { reachesInto, showsBinding, type Narrowing } from '../narrowing.ts';
import type { ResolvedEnvironment } from './environment.ts';

export type UnavailableView = z.output<typeof unavailablePart>;

/** What of an environment could not be listed, as far as the token may know of it. */
export function unavailableOf(
  resolved: Pick<ResolvedEnvironment, 'bindings' | 'catalogue'>,
  narrowing: Narrowing,
): UnavailableView[] {
  return seenParts(resolved, narrowing).map(({ backend, scopes, told, bindings, ...failure }) => ({
    backend,
    scopes: [...scopes],
    answered: told,
    ...causeOf(failure),
    bindings: resolved.bindings
      .filter((binding) => bindings.includes(binding.id) && showsBinding(narrowing, binding))
      .map(({ backend: bound, pattern }) => `${bound}:${pattern}`),
  }));
}

/** Each cause once. */
export function seenParts(
  { catalogue }: Pick<ResolvedEnvironment, 'catalogue'>,
  narrowing: Narrowing,
): readonly UnavailablePart[] {
  return unavailableParts(
    catalogue.blocks.filter(({ backend, scope, region }) => reachesInto(narrowing, backend, scope ?? region)),
  );
}

/** What one backend left out of a list. */
export function unlistedView(backend: string, unlisted: readonly UnlistedScope[]): UnavailableView[] {
  return unlisted.map((part) => ({
    backend,
    scopes: [part.scope],
    answered: isTold(part),
    ...causeOf(part),
  }));
}

function causeOf(failure: Failure): Pick<UnavailableView, 'code' | 'reason' | 'about' | 'meaning' | 'hint'> {
  return { code: failure.code, ...whyOf(failure), meaning: meaningOf(failure), hint: hintOf(failure) };
}
