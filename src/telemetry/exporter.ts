import type { Attributes } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';

type Environment = Readonly<Record<string, string | undefined>>;

/** What an attribute of ours has room for: the longest is a name. */
const longestAttribute = 256;
const exportTimeoutMs = 5_000;

export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export class UnknownSamplerError extends Error {
  override readonly name = 'UnknownSamplerError';
}

/**
 * Sends spans by OTLP over HTTP, to where OpenTelemetry's variables say.
 * @param exported is told of each batch whether it has arrived
 * @throws UnknownSamplerError
 */
export function createTracerProvider(
  environment: Environment,
  attributes: Attributes,
  exported: (isDone: boolean) => void,
): TracerProvider {
  return new TracerProvider({
    resource: resourceOf(environment, attributes),
    sampler: samplerOf(environment),
    spanLimits: { attributeValueLengthLimit: longestAttribute },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: watched(new OTLPTraceExporter(), exported),
        exportTimeoutMillis: exportTimeoutMs,
      }),
    ],
  });
}

function watched(exporter: SpanExporter, exported: (isDone: boolean) => void): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        exported(result.code === ExportResultCode.SUCCESS);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function resourceOf({ OTEL_SERVICE_NAME: name }: Environment, attributes: Attributes): Resource {
  return resourceFromAttributes({
    ...attributes,
    'service.name': name === undefined || name === '' ? 'kici-orchestrator' : name,
  });
}

/** As the specification names them; default: what the client has decided, and everything where none has. */
function samplerOf({ OTEL_TRACES_SAMPLER: name = '', OTEL_TRACES_SAMPLER_ARG: argument = '' }: Environment): Sampler {
  const given = name === '' ? 'parentbased_always_on' : name;
  const known = samplerNames.find((one) => one === given);
  const ratio = argument === '' ? 1 : Number(argument);
  if (known === undefined) throw new UnknownSamplerError(`there is no sampler ${JSON.stringify(given)}`);
  if (!(ratio >= 0 && ratio <= 1)) throw new UnknownSamplerError('the share of a sampler is a number from 0 to 1');
  const root = known.endsWith('always_on')
    ? new AlwaysOnSampler()
    : known.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return known.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
