/**
 * The orchestrator's own tables. Times are Unix milliseconds, structured columns hold JSON, flags are 0 or 1; `seals/`
 * describes seals.
 */
export interface OrchestratorTables {
  readonly organizations: {
    name: string;
    /** Raised by every change that resolution depends on; read together with each token. */
    generation: number;
    created_at: number;
    /** The dashboard-write policy, see `policy/store.ts`; null: everything is on. */
    policy: string | null;
    /** Covers this row and all its backends. */
    seal: string | null;
  };
  readonly environments: {
    organization: string;
    name: string;
    created_at: number;
    /** Covers this row and all its bindings. */
    seal: string | null;
    /** Covers the environment's variables. */
    variables_seal: string | null;
  };
  readonly bindings: {
    id: string;
    organization: string;
    environment: string;
    scope: string;
    host: string;
    priority: number;
    prefix: string | null;
    map: string | null;
    /** 1: deleted secrets count as absent. */
    skip_deleted: number;
    created_at: number;
  };
  readonly variables: {
    organization: string;
    environment: string;
    name: string;
    value: string;
    locked: number;
    updated_at: number;
  };
  readonly backends: {
    organization: string;
    name: string;
    type: string;
    settings: string;
    /** Sealed JSON. */
    secret_settings: Uint8Array | null;
    optional: number;
    deadline_ms: number;
    cache_max_age_ms: number;
    serve_stale_ms: number;
    /** Changes with the settings; never the same for two backends of one name. */
    generation: number;
    /** The generation that it was added in: tells it from earlier and later backends of its name. */
    added: number;
    /** Changes with every write through us. */
    written: number;
    created_at: number;
    updated_at: number;
  };
  /** What was written lately through backends that serve it late: `backends/recent-writes.ts`. Hints, so no seal. */
  readonly recent_writes: {
    organization: string;
    backend: string;
    /** Of the backend's row. */
    added: number;
    /** As the service calls what was written. */
    name: string;
    version: number;
    /** By the service's clock. */
    at: number;
    until: number;
  };
  readonly tokens: {
    id: string;
    /** Null: every organization. */
    organization: string | null;
    name: string;
    role: string;
    /** SHA-256 of the token, hex. */
    hash: string;
    scopes: string | null;
    environments: string | null;
    agent: string | null;
    created_at: number;
    expires_at: number | null;
    revoked_at: number | null;
    seal: string | null;
  };
  readonly jobs: {
    id: string;
    organization: string;
    environment: string;
    workflow: string;
    job: string;
    token_id: string;
    /** SHA-256 of the job's token, hex. */
    token_hash: string;
    /** The session key, sealed by the keyring; empty once the session has ended. */
    session_key: Uint8Array;
    /** Names only: see `JobCatalogue`; a long one is in `job_catalogues`, and named by its digest here. */
    catalogue: string;
    /** The `added` number of each backend in the catalogue. */
    backends: string;
    /** Scope patterns of the token that opened it. */
    scopes: string | null;
    opened_at: number;
    expires_at: number;
    closed_at: number | null;
    seal: string | null;
  };
  /** Long catalogues, once for all jobs that have the same. */
  readonly job_catalogues: {
    organization: string;
    /** SHA-256 of the catalogue, hex. */
    digest: string;
    catalogue: string;
    /** When a job was last opened with it, within half a day. */
    used_at: number;
  };
  /** Dashboard sessions; each ends with the token that it was opened with. */
  readonly sign_ins: {
    id: string;
    token_id: string;
    /** The token's own organization; null: every organization. */
    organization: string | null;
    /** The organization that the page opens with. */
    home: string;
    /** SHA-256 of the cookie's content, hex. */
    hash: string;
    created_at: number;
    used_at: number;
    expires_at: number;
    seal: string | null;
  };
  /** One-time codes that open a session. */
  readonly sign_in_codes: {
    /** SHA-256 of the code, hex. */
    hash: string;
    token_id: string;
    organization: string | null;
    home: string;
    expires_at: number;
    seal: string | null;
  };
  readonly audit_rows: {
    organization: string;
    sequence: number;
    at: number;
    phase: string;
    operation: string;
    actor: string;
    subject: string;
    result: string | null;
    intent: number | null;
    /** HMAC over this row and the previous one, hex. */
    mac: string;
  };
  /** Where each log ends; whoever appends holds the row. */
  readonly audit_heads: {
    organization: string;
    sequence: number;
    mac: string;
    /** The newest row that records a cut; 0: there is none. It proves nothing: that row does. */
    cut: number;
    /** The last row that it has removed. */
    removed: number;
  };
  /** The newest checkpoint of each log that the sink has kept. */
  readonly audit_checkpoints: {
    organization: string;
    sequence: number;
    at: number;
    /** Over these and the MAC of the row, hex; null: written by a release that did not sign. */
    mac: string | null;
  };
  /** A single row: why the sink of checkpoints failed last time; null: it did not. */
  readonly audit_sink: { id: number; problem: string | null };
}
