import type { TestServer } from '../../orchestrator/support/server.ts';

/** Where the metrics of a server are that was started with them. */
export const withMetrics = { telemetry: { metrics: { host: '127.0.0.1', port: 0 }, traces: false } } as const;

export async function scrape({ application }: Pick<TestServer, 'application'>): Promise<string> {
  const { metricsUrl } = application;
  if (metricsUrl === undefined) throw new Error('the server has no metrics');
  const answer = await fetch(metricsUrl);
  if (answer.status !== 200) throw new Error(`the metrics answered ${answer.status}`);
  return answer.text();
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/;

/** Every sample; throws for a line that is not of Prometheus's text format. */
export function samplesOf(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((one) => one !== '' && !one.startsWith('#'))
    .map((one) => {
      const { name, labels, value } = line.exec(one)?.groups ?? {};
      if (name === undefined || value === undefined) throw new Error(`not a sample: ${one}`);
      const pairs = [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, label = '', text_ = '']) => [label, text_])),
        value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value),
      };
    });
}

/** The sum of the samples that have these labels; `undefined`: there is none. */
export function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = samplesOf(text).filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}
