import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { version } from '../api/version.ts';
import { boundedNames } from './bounded-names.ts';
import { createTracerProvider } from './exporter.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { ScrapedReader, serveMetrics, type MetricsServer } from './metrics-server.ts';
import { observeAudit } from './observe-audit.ts';
import { observeBackends } from './observe-backends.ts';
import { observeDatabase } from './observe-database.ts';
import { observeProcess } from './observe-process.ts';
import { observeRequests } from './observe-requests.ts';
import { createSpans } from './spans.ts';
import type { Telemetry, TelemetrySettings } from './telemetry.ts';
import { watchState } from './watch-state.ts';

const mostOrganizations = 100;
/** What a collector that hangs may cost at the end. */
const closingMs = 2_000;

/** What telemetry itself has to say. */
export interface TelemetryListener {
  /** Called when the collector has begun to fail, or to work again. */
  readonly collector: (isReached: boolean) => void;
}

/**
 * Measures, serves the metrics and sends the spans.
 * @throws UnknownSamplerError; the system's error if it cannot listen
 */
export async function createTelemetry(
  settings: TelemetrySettings,
  environment: Readonly<Record<string, string | undefined>>,
  listener: TelemetryListener,
): Promise<Telemetry> {
  const reader = new ScrapedReader();
  const meters = new MeterProvider({ readers: settings.metrics === undefined ? [] : [reader] });
  const instruments = createInstruments(meters.getMeter('kici'));
  const tracers = settings.traces
    ? createTracerProvider(environment, { 'service.version': version }, noteExports(instruments, listener))
    : undefined;
  const spans = tracers === undefined ? undefined : createSpans(tracers.getTracer('kici', version));
  const organizationLabel = boundedNames(mostOrganizations);
  instruments.observe('kici_build_info', (tell) => {
    tell(1, { version, node_version: process.versions.node });
  });
  const server = settings.metrics === undefined ? undefined : await serveMetrics(reader, settings.metrics);
  const endProcess = server === undefined ? undefined : observeProcess(instruments);
  return {
    url: server?.url,
    requests: observeRequests(instruments, spans, organizationLabel),
    database: observeDatabase(instruments, spans),
    audit: observeAudit(instruments),
    backend: observeBackends(instruments, spans, organizationLabel),
    async step(name, work) {
      const span = spans?.step(name, 'internal', {});
      if (span === undefined) return work();
      try {
        const result = await span.run(work);
        span.end({});
        return result;
      } catch (error) {
        span.end({}, 'failed');
        throw error;
      }
    },
    watch(state) {
      watchState(instruments, state);
    },
    async close() {
      endProcess?.();
      await Promise.all([closeServer(server, meters), inTime(tracers?.shutdown())]);
    },
  };
}

function noteExports({ add }: Instruments, { collector }: TelemetryListener): (isDone: boolean) => void {
  // Shown before the first, so that an increase can be seen.
  for (const status of ['ok', 'failed']) add('kici_trace_exports_total', { status }, 0);
  let wasReached = true;
  return (isDone) => {
    add('kici_trace_exports_total', { status: isDone ? 'ok' : 'failed' });
    if (isDone !== wasReached) collector(isDone);
    wasReached = isDone;
  };
}

async function closeServer(server: MetricsServer | undefined, meters: MeterProvider): Promise<void> {
  await server?.close();
  await meters.shutdown();
}

async function inTime(work: Promise<unknown> = Promise.resolve()): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, closingMs);
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
