/** One setting, by flag, variable or file. */
export interface ConfigurationItem {
  readonly name: string;
  /** In commander's notation. */
  readonly flag: string;
  readonly variable: string;
  readonly description: string;
  readonly default: string;
  /** Never printed. */
  readonly secret?: true;
}

/** In the order that `kici-orchestrator config` prints them. */
export const configurationItems = {
  dataDir: {
    name: 'dataDir',
    flag: '--data-dir <folder>',
    variable: 'KICI_DATA_DIR',
    description: 'folder of the audit anchor, and of the database where no server is named',
    default: './.kici-data',
  },
  databaseUrl: {
    name: 'databaseUrl',
    flag: '--database-url <url>',
    variable: 'KICI_DATABASE_URL',
    description: 'PostgreSQL to use instead of the database in the data folder: postgres://…',
    default: '',
    secret: true,
  },
  databaseMigrationUrl: {
    name: 'databaseMigrationUrl',
    flag: '--database-migration-url <url>',
    variable: 'KICI_DATABASE_MIGRATION_URL',
    description: 'by which the tables of that PostgreSQL are made, such as past a pooler; default: the same',
    default: '',
    secret: true,
  },
  databasePasswordFile: {
    name: 'databasePasswordFile',
    flag: '--database-password-file <file>',
    variable: 'KICI_DATABASE_PASSWORD_FILE',
    description: 'file of the password for the database URL; read again for each connection',
    default: '',
  },
  secretKey: {
    name: 'secretKey',
    flag: '',
    variable: 'KICI_SECRET_KEY',
    description: 'key-encryption key: 64 hex digits or base64 of 32 bytes',
    default: '',
    secret: true,
  },
  secretKeyFile: {
    name: 'secretKeyFile',
    flag: '--secret-key-file <file>',
    variable: 'KICI_SECRET_KEY_FILE',
    description: 'file of the key-encryption key; created on the first start at its default place',
    default: '',
  },
  host: {
    name: 'host',
    flag: '--host <address>',
    variable: 'KICI_HOST',
    description: 'address to listen on',
    default: '127.0.0.1',
  },
  port: {
    name: 'port',
    flag: '--port <number>',
    variable: 'KICI_PORT',
    description: 'port to listen on; 0 takes any free one',
    default: '4000',
  },
  tlsCertFile: {
    name: 'tlsCertFile',
    flag: '--tls-cert-file <file>',
    variable: 'KICI_TLS_CERT_FILE',
    description: 'certificate to serve HTTPS with, in PEM; read again when it changes; empty: plain HTTP',
    default: '',
  },
  tlsKeyFile: {
    name: 'tlsKeyFile',
    flag: '--tls-key-file <file>',
    variable: 'KICI_TLS_KEY_FILE',
    description: 'key of that certificate, in PEM; read again when it changes',
    default: '',
  },
  publicUrl: {
    name: 'publicUrl',
    flag: '--public-url <list>',
    variable: 'KICI_PUBLIC_URL',
    description: 'URLs by which others reach the server, by name or through a proxy, separated by commas',
    default: '',
  },
  metricsHost: {
    name: 'metricsHost',
    flag: '--metrics-host <address>',
    variable: 'KICI_METRICS_HOST',
    description: 'address to serve metrics at',
    default: '127.0.0.1',
  },
  metricsPort: {
    name: 'metricsPort',
    flag: '--metrics-port <number>',
    variable: 'KICI_METRICS_PORT',
    description: 'port to serve metrics for Prometheus at, such as 9464; 0 takes any free one; empty: none are served',
    default: '',
  },
  dashboard: {
    name: 'dashboard',
    flag: '--no-dashboard',
    variable: 'KICI_DASHBOARD',
    description: 'on or off: whether the page is served; the flag switches it off',
    default: 'on',
  },
  allowAddresses: {
    name: 'allowAddresses',
    flag: '--allow-addresses <list>',
    variable: 'KICI_ALLOW_ADDRESSES',
    description: 'addresses and CIDR blocks that backends may reach, separated by commas; empty: all',
    default: '',
  },
  ambientCredentials: {
    name: 'ambientCredentials',
    flag: '--ambient-credentials <boolean>',
    variable: 'KICI_AMBIENT_CREDENTIALS',
    description: 'whether backends may use credentials that the machine has',
    default: 'false',
  },
  ambientPaths: {
    name: 'ambientPaths',
    flag: '--ambient-paths <list>',
    variable: 'KICI_AMBIENT_PATHS',
    description: 'files and folders that the settings of backends may name, separated by commas',
    default: '',
  },
  backendPackages: {
    name: 'backendPackages',
    flag: '--backend-packages <list>',
    variable: 'KICI_BACKEND_PACKAGES',
    description: 'packages that bring types of backends, separated by commas',
    default:
      '@kici-dev/secret-backend-vault,@kici-dev/secret-backend-aws,@kici-dev/secret-backend-gcp,@kici-dev/secret-backend-ssm,@kici-dev/secret-backend-sops',
  },
  keepDeleted: {
    name: 'keepDeleted',
    flag: '--keep-deleted <duration>',
    variable: 'KICI_KEEP_DELETED',
    description: 'how long deleted secrets of the internal store can be restored, such as 30d; 0: not at all',
    default: '30d',
  },
  auditSink: {
    name: 'auditSink',
    flag: '--audit-sink <place>',
    variable: 'KICI_AUDIT_SINK',
    description: 'where checkpoints of the audit log go: a file, - for standard output, or https://… for PUT',
    default: '',
    secret: true,
  },
  auditSinkTokenFile: {
    name: 'auditSinkTokenFile',
    flag: '--audit-sink-token-file <file>',
    variable: 'KICI_AUDIT_SINK_TOKEN_FILE',
    description: 'file of the bearer token for that address; read again for each checkpoint',
    default: '',
  },
  auditCheckpointEvery: {
    name: 'auditCheckpointEvery',
    flag: '--audit-checkpoint-every <duration>',
    variable: 'KICI_AUDIT_CHECKPOINT_EVERY',
    description: 'how old a checkpoint may be before new rows get one',
    default: '5m',
  },
  auditSinkRequired: {
    name: 'auditSinkRequired',
    flag: '--audit-sink-required <boolean>',
    variable: 'KICI_AUDIT_SINK_REQUIRED',
    description: 'whether nothing audited begins while checkpoints cannot be kept',
    default: 'false',
  },
  sessionIdle: {
    name: 'sessionIdle',
    flag: '--session-idle <duration>',
    variable: 'KICI_SESSION_IDLE',
    description: 'how long a dashboard session lasts without a request',
    default: '1h',
  },
  sessionLifetime: {
    name: 'sessionLifetime',
    flag: '--session-lifetime <duration>',
    variable: 'KICI_SESSION_LIFETIME',
    description: 'how long a dashboard session lasts at most',
    default: '12h',
  },
  drainDelay: {
    name: 'drainDelay',
    flag: '--drain-delay <duration>',
    variable: 'KICI_DRAIN_DELAY',
    description:
      'how long to serve on after SIGTERM while saying not to be ready, so that load balancers turn to others',
    default: '0s',
  },
  logLevel: {
    name: 'logLevel',
    flag: '--log-level <level>',
    variable: 'KICI_LOG_LEVEL',
    description: 'debug, info, warn, error or silent',
    default: 'info',
  },
} as const satisfies Record<string, ConfigurationItem>;

export type ItemName = keyof typeof configurationItems;
