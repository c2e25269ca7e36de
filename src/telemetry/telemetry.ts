import type { BackendObserver } from '@kici-dev/secret-federation';
import type { DatabaseObserver } from '../database/observer.ts';
import type { Certificate } from '../orchestrator/http/certificate.ts';
import type { RequestObserver } from '../orchestrator/http/request-observer.ts';

/** Where the metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
  /** Further names by which others reach it; default: none. */
  readonly names?: readonly string[];
}

/** What is measured, and where it goes. */
export interface TelemetrySettings {
  /** Where Prometheus finds the metrics; `undefined`: nowhere. */
  readonly metrics: MetricsAddress | undefined;
  /** Whether spans are sent to the collector that OpenTelemetry's variables name. */
  readonly traces: boolean;
}

/** Hears what the audit log does. */
export interface AuditObserver {
  appending<T>(append: () => Promise<T>): Promise<T>;
  /** @param write resolves to whether the anchor now has every row that was durable before */
  anchoring(write: () => Promise<boolean>): Promise<boolean>;
  broken(): void;
}

/** Looked at by each scrape. */
export interface WatchedState {
  readonly streams: () => number;
  readonly openJobs: () => Promise<number>;
  /** Of all organizations, those that nobody has acknowledged. */
  readonly auditBreaks: () => Promise<number>;
  readonly ready: () => Promise<void>;
  /** `undefined`: no sink keeps checkpoints of the audit log. */
  readonly checkpoints:
    | {
        readonly problem: () => string | undefined;
        /** How long rows have waited for a checkpoint. */
        readonly waitedMs: () => number;
        /** Rows of all organizations that no checkpoint has. */
        readonly rowsSince: () => Promise<number>;
      }
    | undefined;
  readonly certificate: Pick<Certificate, 'endsAt' | 'problem'> | undefined;
}

/** A part of a request that has a span of its own. */
export type Step = 'resolve';

/** Everything that the server tells of its work. Each part is `undefined` where nobody measures it. */
export interface Telemetry {
  /** Where the metrics are. */
  readonly url: string | undefined;
  readonly requests: RequestObserver | undefined;
  readonly database: DatabaseObserver | undefined;
  readonly audit: AuditObserver | undefined;
  readonly backend: ((organization: string, name: string) => BackendObserver) | undefined;
  readonly step: <T>(step: Step, work: () => Promise<T>) => Promise<T>;
  watch(state: WatchedState): void;
  /** Sends what is left, for no longer than a moment. */
  close(): Promise<void>;
}

/** Where nothing is measured. */
export const noTelemetry: Telemetry = {
  url: undefined,
  requests: undefined,
  database: undefined,
  audit: undefined,
  backend: undefined,
  step: (_, work) => work(),
  watch: () => undefined,
  close: async () => undefined,
};
