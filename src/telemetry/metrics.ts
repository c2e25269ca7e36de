/** One metric, under the name that Prometheus shows. */
export interface MetricDescription {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** What each label holds: one of a closed set, or a name that `boundedNames` lets through. */
  readonly labels: readonly LabelName[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/** Every label, and what it can be. */
export const labelMeanings = {
  http_request_method: 'the method of the request; `_OTHER` if HTTP does not define it',
  http_route: 'the route as it is registered, such as `/api/v1/orgs/:org/jobs`; `none` if there is none',
  http_response_status_code: 'the status; `none` if the client left before the answer',
  kici_operation: 'the operation of [the registry](../http.md); `none` for other routes',
  organization: 'the organization; `_other` for those beyond the first 100',
  backend: "the backend's name; `_other` for those beyond the first 200 of all organizations",
  kind: '`list`, `read`, `check`, `look` (versions, scopes) or `change`',
  outcome: '`ok`, or [a code of failures](../errors.md)',
  result: '`found`, `absent`, or [a code of failures](../errors.md)',
  source: '`backend`, `cache`, or `stale`: from the cache because the backend has failed',
  state: 'of a breaker `closed`, `open` or `half_open`; of a connection `used` or `idle`',
  db_operation_name:
    '`select`, `insert`, `update`, `delete`, `begin`, `commit`, `rollback` or `other`; `connect`, where there was no connection to run one',
  status: '`ok` or `failed`',
  version: "the orchestrator's version",
  node_version: "Node.js's version",
  mode: '`user` or `system`',
} as const;

export type LabelName = keyof typeof labelMeanings;

const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const databaseSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10];

/** Every metric that there is. Where OpenTelemetry has a name for it, that one is used, as Prometheus writes it. */
export const metrics = {
  http_server_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from a request to the end of its answer.',
    labels: ['http_request_method', 'http_route', 'http_response_status_code', 'kici_operation'],
    buckets: requestSeconds,
  },
  http_server_active_requests: {
    kind: 'gauge',
    help: 'Requests that are being answered now.',
    labels: [],
  },
  kici_requests_running: {
    kind: 'gauge',
    help: 'Requests of an organization that are worked on now.',
    labels: ['organization'],
  },
  kici_requests_waiting: {
    kind: 'gauge',
    help: 'Requests of an organization that wait for their turn.',
    labels: ['organization'],
  },
  kici_event_streams: { kind: 'gauge', help: 'Pages that follow changes.', labels: [] },
  kici_jobs_opened_total: { kind: 'counter', help: 'Jobs opened by this process.', labels: [] },
  kici_jobs_open: {
    kind: 'gauge',
    help: 'Jobs whose session has not ended, whichever orchestrator has opened them; looked up every 15 seconds.',
    labels: [],
  },
  kici_backend_call_duration_seconds: {
    kind: 'histogram',
    help: 'Time that one try of a call to a backend took, with its wait for a free place.',
    labels: ['organization', 'backend', 'kind', 'status'],
    buckets: requestSeconds,
  },
  // Apart from the times, whose buckets would be multiplied by every way to fail.
  kici_backend_calls_total: {
    kind: 'counter',
    help: 'Tries of calls to a backend, by what they came to.',
    labels: ['organization', 'backend', 'kind', 'outcome'],
  },
  kici_backend_reads_total: {
    kind: 'counter',
    help: 'Secrets that were read, by their outcome and by where the answer came from.',
    labels: ['organization', 'backend', 'result', 'source'],
  },
  kici_backend_lists_total: {
    kind: 'counter',
    help: 'Lists of names that were needed, by where they came from.',
    labels: ['organization', 'backend', 'source'],
  },
  kici_backend_breaker_state: {
    kind: 'gauge',
    help: '1 for the state that the circuit breaker of an open backend is in, 0 for the others.',
    labels: ['organization', 'backend', 'state'],
  },
  kici_audit_append_duration_seconds: {
    kind: 'histogram',
    help: 'Time until an audit row was durable, or could not be written.',
    labels: ['status'],
    buckets: databaseSeconds,
  },
  kici_audit_rows_pending: { kind: 'gauge', help: 'Audit rows that requests wait for now.', labels: [] },
  kici_audit_rows_since_anchor: {
    kind: 'gauge',
    help: 'Audit rows of this process that the anchor does not have yet.',
    labels: [],
  },
  kici_audit_last_failure_timestamp_seconds: {
    kind: 'gauge',
    help: 'When audit rows or the anchor could last not be written; 0: never since the start.',
    labels: [],
  },
  kici_audit_rows_since_checkpoint: {
    kind: 'gauge',
    help: 'Audit rows that no checkpoint in the sink has, of all organizations; looked up every 15 seconds.',
    labels: [],
  },
  kici_audit_checkpoint_wait_seconds: {
    kind: 'gauge',
    help: 'How long the oldest audit rows that no checkpoint in the sink has have waited, as this process has seen it.',
    labels: [],
  },
  kici_audit_checkpoints_failing: {
    kind: 'gauge',
    help: '1 while the sink for checkpoints of the audit log does not take them, else 0.',
    labels: [],
  },
  kici_audit_breaks_total: { kind: 'counter', help: 'Breaks of the audit log that were found.', labels: [] },
  kici_audit_breaks_unacknowledged: {
    kind: 'gauge',
    help: 'Breaks in the audit logs of all organizations that nobody has acknowledged; looked up every 15 seconds.',
    labels: [],
  },
  db_client_operation_duration_seconds: {
    kind: 'histogram',
    help: 'Time that one statement took.',
    labels: ['db_operation_name', 'status'],
    buckets: databaseSeconds,
  },
  kici_database_sync_duration_seconds: {
    kind: 'histogram',
    help: 'Time to bring the log of the embedded database to the disk.',
    labels: [],
    buckets: databaseSeconds,
  },
  kici_database_connections: {
    kind: 'gauge',
    help: 'Connections to PostgreSQL.',
    labels: ['state'],
  },
  kici_database_connections_awaited: {
    kind: 'gauge',
    help: 'Transactions and statements that wait for a connection to PostgreSQL.',
    labels: [],
  },
  kici_ready: { kind: 'gauge', help: '1 if /health/ready would answer 200 within three seconds, else 0.', labels: [] },
  kici_tls_certificate_end_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the certificate that is used ends.',
    labels: [],
  },
  kici_tls_certificate_outdated: {
    kind: 'gauge',
    help: '1 while the files of the certificate have changed and cannot be used, else 0.',
    labels: [],
  },
  kici_build_info: { kind: 'gauge', help: 'Always 1.', labels: ['version', 'node_version'] },
  kici_trace_exports_total: {
    kind: 'counter',
    help: 'Batches of spans that were sent to the collector, or could not be.',
    labels: ['status'],
  },
  process_cpu_seconds_total: { kind: 'counter', help: 'Time that the process has used.', labels: ['mode'] },
  process_resident_memory_bytes: { kind: 'gauge', help: 'Memory of the process.', labels: [] },
  process_start_time_seconds: { kind: 'gauge', help: 'When the process has started.', labels: [] },
  process_open_fds: { kind: 'gauge', help: 'Open file descriptors.', labels: [] },
  nodejs_heap_size_used_bytes: { kind: 'gauge', help: 'Memory that JavaScript objects take.', labels: [] },
  nodejs_eventloop_lag_p50_seconds: {
    kind: 'gauge',
    help: 'How late the event loop was since the last scrape, half of the time at most.',
    labels: [],
  },
  nodejs_eventloop_lag_p99_seconds: {
    kind: 'gauge',
    help: 'How late the event loop was since the last scrape, 99 % of the time at most.',
    labels: [],
  },
  nodejs_eventloop_lag_max_seconds: {
    kind: 'gauge',
    help: 'How late the event loop was at most since the last scrape.',
    labels: [],
  },
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof metrics;

type OfKind<Kind extends MetricDescription['kind']> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

export type CounterName = OfKind<'counter'>;
export type GaugeName = OfKind<'gauge'>;
export type HistogramName = OfKind<'histogram'>;

/** Exactly the labels of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof metrics)[Name]['labels'][number], string>>;
