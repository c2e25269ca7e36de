import type { Logger } from 'pino';
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { cannotListen } from './listen.ts';
import type { ServerSettings } from './settings.ts';
import { StartError } from './start-error.ts';

/**
 * Begins to measure, if that is configured; otherwise nothing of it is loaded.
 * @throws StartError `cannot_listen`, `invalid_configuration`
 */
export async function openTelemetry({ telemetry }: ServerSettings, log: Logger): Promise<Telemetry> {
  if (telemetry === undefined || (telemetry.metrics === undefined && !telemetry.traces)) return noTelemetry;
  const { createTelemetry } = await import('../telemetry/create-telemetry.ts');
  try {
    return await createTelemetry(telemetry, process.env, {
      collector(isReached) {
        if (isReached) log.info('the collector takes spans again');
        else log.warn('the collector does not take spans: they are dropped, and requests go on');
      },
    });
  } catch (error) {
    throw explained(error, telemetry.metrics);
  }
}

function explained(error: unknown, metrics: { readonly host: string; readonly port: number } | undefined): unknown {
  if (error instanceof Error && error.name === 'UnknownSamplerError')
    return new StartError(
      'invalid_configuration',
      `OTEL_TRACES_SAMPLER cannot be used: ${error.message}`,
      'name one that OpenTelemetry defines, such as parentbased_traceidratio, with OTEL_TRACES_SAMPLER_ARG=0.1',
    );
  return metrics === undefined || !(error instanceof Error && 'code' in error)
    ? error
    : cannotListen(error, metrics, '--metrics-host and --metrics-port');
}
