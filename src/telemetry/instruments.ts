import { ValueType, type Attributes, type Counter, type Histogram, type Meter } from '@opentelemetry/api';
import {
  metrics,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type MetricDescription,
  type MetricName,
} from './metrics.ts';

type Observe<Name extends MetricName> = (value: number, labels: LabelsOf<Name>) => void;

/** Measures under the names of `metrics`, each with exactly its labels. What is no number is left out. */
export interface Instruments {
  readonly add: <Name extends CounterName>(name: Name, labels: LabelsOf<Name>, value?: number) => void;
  readonly record: <Name extends HistogramName>(name: Name, seconds: number, labels: LabelsOf<Name>) => void;
  /** @param read is called at each scrape; what it does not observe then is not shown */
  readonly observe: <Name extends GaugeName | CounterName>(
    name: Name,
    read: (observe: Observe<Name>) => void | Promise<void>,
  ) => void;
}

export function createInstruments(meter: Meter): Instruments {
  const counters = new Map<MetricName, Counter>();
  const histograms = new Map<MetricName, Histogram>();
  return {
    add(name, labels, value = 1) {
      const counter = counters.get(name) ?? meter.createCounter(name, optionsOf(name));
      counters.set(name, counter);
      if (Number.isFinite(value)) counter.add(value, toAttributes(labels));
    },
    record(name, seconds, labels) {
      const histogram = histograms.get(name) ?? meter.createHistogram(name, optionsOf(name));
      histograms.set(name, histogram);
      if (Number.isFinite(seconds)) histogram.record(Math.max(0, seconds), toAttributes(labels));
    },
    observe(name, read) {
      const { kind }: MetricDescription = metrics[name];
      const options = optionsOf(name);
      const observable =
        kind === 'counter' ? meter.createObservableCounter(name, options) : meter.createObservableGauge(name, options);
      observable.addCallback((result) =>
        read((value, labels) => {
          if (Number.isFinite(value)) result.observe(value, toAttributes(labels));
        }),
      );
    },
  };
}

function optionsOf(name: MetricName): NonNullable<Parameters<Meter['createHistogram']>[1]> {
  const { help, buckets }: MetricDescription = metrics[name];
  return {
    description: help,
    valueType: ValueType.DOUBLE,
    ...(buckets !== undefined && { advice: { explicitBucketBoundaries: [...buckets] } }),
  };
}

function toAttributes(labels: Readonly<Record<string, string>>): Attributes {
  return labels;
}
