import { internalBackendName } from '@kici-dev/secret-backend';
import { everyBackend, everyHost, parseScopePattern, type Binding } from '@kici-dev/secret-federation';
import { allowsScope, type Narrowing } from '../narrowing.ts';
import type { ResolvedEnvironment } from '../resolution/environment.ts';

/**
 * Where a secret can be set so that the environment has it under this very key: the scope of the exact binding of the
 * highest priority whose backend can be written to. In the form that `kici-admin secret set` takes.
 */
export function writeScopeOf(
  { bindings, instances }: Pick<ResolvedEnvironment, 'bindings' | 'instances'>,
  narrowing: Narrowing,
): string | undefined {
  const fits = ({ backend, pattern, host, rename }: Binding): boolean => {
    const parsed = parseScopePattern(pattern);
    const state = instances.get(backend)?.state;
    return (
      backend !== everyBackend &&
      host === everyHost &&
      rename.kind === 'none' &&
      parsed.ok &&
      parsed.value.kind === 'exact' &&
      state !== undefined &&
      'open' in state &&
      state.open.capabilities.write &&
      allowsScope(narrowing, backend, pattern)
    );
  };
  const [best] = bindings.filter(fits).toSorted((left, right) => right.priority - left.priority);
  if (best === undefined) return undefined;
  return best.backend === internalBackendName ? best.pattern : `${best.backend}:${best.pattern}`;
}
