import { labelMeanings, metrics, type MetricDescription } from '../../src/telemetry/metrics.ts';
import { table } from './errors.ts';

/** Every metric, from the same list that the server measures by. */
export function metricsTable(): string {
  return table(
    ['metric', 'kind', 'meaning', 'labels'],
    Object.entries<MetricDescription>(metrics).map(([name, { kind, help, labels }]) => [
      `\`${name}\``,
      kind,
      help,
      labels.map((label) => `\`${label}\``).join(', '),
    ]),
  );
}

export function labelsTable(): string {
  return table(
    ['label', 'holds'],
    Object.entries(labelMeanings).map(([label, meaning]) => [`\`${label}\``, meaning]),
  );
}
