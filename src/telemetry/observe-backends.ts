import { BackendError } from '@kici-dev/secret-backend';
import type { BackendObserver, HostHealth } from '@kici-dev/secret-federation';
import { boundedNames } from './bounded-names.ts';
import type { Instruments } from './instruments.ts';
import type { Spans } from './spans.ts';

const mostBackends = 200;
const breakerStates = ['closed', 'open', 'half_open'] as const;

interface Names {
  readonly organization: string;
  readonly backend: string;
}

/** Each call to a backend as a metric and a span, and the state that each breaker is in. */
export function observeBackends(
  instruments: Instruments,
  spans: Spans | undefined,
  organizationLabel: ReturnType<typeof boundedNames>,
): (organization: string, name: string) => BackendObserver {
  const pairLabel = boundedNames(mostBackends);
  const open = new Map<() => HostHealth, Names>();
  observeBreakers(instruments, open);
  return (organization, name) => {
    const isKnown = pairLabel(`${organization}/${name}`) === `${organization}/${name}`;
    return observerOf(
      { organization: organizationLabel(organization), backend: isKnown ? name : '_other' },
      instruments,
      spans,
      open,
    );
  };
}

/** How many of those that share labels are in each state. */
function observeBreakers({ observe }: Instruments, open: ReadonlyMap<() => HostHealth, Names>): void {
  observe('kici_backend_breaker_state', (tell) => {
    const counts = new Map<string, { readonly names: Names; readonly states: string[] }>();
    for (const [health, names] of open) {
      const id = `${names.organization}/${names.backend}`;
      const of = counts.get(id) ?? { names, states: [] };
      of.states.push(health().breaker);
      counts.set(id, of);
    }
    for (const { names, states } of counts.values())
      for (const state of breakerStates) tell(states.filter((one) => one === state).length, { ...names, state });
  });
}

function observerOf(
  names: Names,
  { add, record }: Instruments,
  spans: Spans | undefined,
  open: Map<() => HostHealth, Names>,
): BackendObserver {
  return {
    async call(kind, run, failureOf) {
      const started = performance.now();
      const span = spans?.step(`backend ${kind}`, 'client', {
        'kici.backend': names.backend,
        'kici.organization': names.organization,
      });
      const ended = (outcome: string): void => {
        record('kici_backend_call_duration_seconds', (performance.now() - started) / 1_000, {
          ...names,
          kind,
          status: outcome === 'ok' ? 'ok' : 'failed',
        });
        add('kici_backend_calls_total', { ...names, kind, outcome });
        span?.end({ 'kici.outcome': outcome }, outcome === 'ok' ? undefined : outcome);
      };
      try {
        const result = await (span === undefined ? run() : span.run(run));
        ended(failureOf(result) ?? 'ok');
        return result;
      } catch (error) {
        ended(BackendError.is(error) ? error.code : 'bad_answer');
        throw error;
      }
    },
    read(result, source) {
      add('kici_backend_reads_total', { ...names, result, source });
    },
    listed(source) {
      add('kici_backend_lists_total', { ...names, source });
    },
    opened(health) {
      // Shown before the first, so that an increase can be seen.
      for (const result of ['found', 'absent'])
        add('kici_backend_reads_total', { ...names, result, source: 'stale' }, 0);
      open.set(health, names);
      return () => open.delete(health);
    },
  };
}
