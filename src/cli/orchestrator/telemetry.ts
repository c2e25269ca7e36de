import type { ServerSettings } from '../../composition/settings.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { Configuration } from './configuration.ts';
import { portOf, publicUrlsOf } from './configured-values.ts';
import { configurationItems } from './configuration-items.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** They may hold a token for the collector. */
export const collectorHeaders = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'] as const;

/**
 * Metrics by a setting of ours, as any address that the server listens on; traces by OpenTelemetry's own variables,
 * which those who run collectors know and set everywhere alike
 * (opentelemetry.io/docs/specs/otel/protocol/exporter, …/configuration/sdk-environment-variables).
 * @throws UsageError
 */
export function telemetryOf(configuration: Configuration, environment: Environment): ServerSettings['telemetry'] {
  const { metricsHost, metricsPort } = configuration;
  const metrics =
    metricsPort.value === ''
      ? undefined
      : {
          host: metricsHost.value,
          port: portOf(metricsPort, configurationItems.metricsPort),
          names: publicUrlsOf(configuration).map(({ hostname }) => hostname),
        };
  const traces = sendsTraces(environment);
  return metrics === undefined && !traces ? undefined : { metrics, traces };
}

function sendsTraces(environment: Environment): boolean {
  const set = (name: string): string => environment[name] ?? '';
  if (set('OTEL_SDK_DISABLED').toLowerCase() === 'true' || set('OTEL_TRACES_EXPORTER') === 'none') return false;
  if (set('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') === '' && set('OTEL_EXPORTER_OTLP_ENDPOINT') === '') return false;
  const protocol = set('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || set('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc')
    throw new UsageError(
      'spans are sent by HTTP, and OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc',
      "leave it out, and name the collector's HTTP port, such as OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318",
    );
  return true;
}
