import { whyOf } from '@kici-dev/secret-backend';
import { isTold } from '@kici-dev/secret-federation';
import { historyView } from '../backends/views.ts';
import type { OperationOutput } from '../handlers.ts';
import { reachesBackend, type Narrowing } from '../narrowing.ts';
import type { ResolvedEnvironment } from './environment.ts';

/** How each backend answered when asked for names, and how old its answers are. */
export function backendStates(
  { listings, instances }: Pick<ResolvedEnvironment, 'listings' | 'instances'>,
  narrowing: Narrowing,
): OperationOutput<'resolution.explain'>['backends'] {
  const backends = [...new Set(listings.map(({ backend }) => backend))].toSorted();
  return backends
    .filter((backend) => reachesBackend(narrowing, backend))
    .map((backend) => {
      const own = listings.filter((listing) => listing.backend === backend);
      const failed = own.find((listing) => listing.failure !== undefined);
      const failure = failed?.failure;
      const unlisted = own.flatMap((listing) => listing.unlisted).find((part) => !isTold(part));
      const code = failure ?? unlisted?.code;
      const state = instances.get(backend)?.state;
      return {
        backend,
        state: failure !== undefined ? 'failed' : unlisted === undefined ? 'answered' : 'partly_unlisted',
        ...historyView(state !== undefined && 'open' in state ? state.open.health() : { breaker: 'closed' }),
        ...(code !== undefined && { code, ...whyOf(failed ?? unlisted ?? {}) }),
        ...(failure === undefined && { ageMs: Math.max(...own.map(({ ageMs }) => ageMs)) }),
      };
    });
}
