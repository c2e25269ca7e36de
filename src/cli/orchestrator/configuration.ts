import { join, resolve } from 'node:path';
import { configFolder } from '../../api/local-credentials.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../terminal/command-error.ts';

/** One thing that can be configured, by flag, environment or file. */
export interface ConfigurationItem {
  readonly name: string;
  /** As commander takes it. */
  readonly flag: string;
  readonly variable: string;
  readonly description: string;
  readonly default: string;
  /** Never printed. */
  readonly secret?: true;
}

/** In the order in which `kici-orchestrator config` prints them. */
export const configurationItems = {
  dataDir: {
    name: 'dataDir',
    flag: '--data-dir <folder>',
    variable: 'KICI_DATA_DIR',
    description: 'folder of the database and the audit anchor',
    default: './.kici-data',
  },
  databaseUrl: {
    name: 'databaseUrl',
    flag: '--database-url <url>',
    variable: 'KICI_DATABASE_URL',
    description: 'database in place of the one in the data folder',
    default: '',
    secret: true,
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
    description: 'file of the key-encryption key; made on the first start at its default place',
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
  publicUrl: {
    name: 'publicUrl',
    flag: '--public-url <list>',
    variable: 'KICI_PUBLIC_URL',
    description: 'URLs by which others reach the server, by name or through a proxy, separated by commas',
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
  sessionIdle: {
    name: 'sessionIdle',
    flag: '--session-idle <duration>',
    variable: 'KICI_SESSION_IDLE',
    description: 'how long a session at the dashboard lasts without a request',
    default: '1h',
  },
  sessionLifetime: {
    name: 'sessionLifetime',
    flag: '--session-lifetime <duration>',
    variable: 'KICI_SESSION_LIFETIME',
    description: 'how long a session at the dashboard lasts at most',
    default: '12h',
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
export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface ConfiguredValue {
  readonly value: string;
  readonly origin: Origin;
  /** The flag, variable or file that it came from. */
  readonly source: string;
}

export type Configuration = Readonly<Record<ItemName, ConfiguredValue>>;

export interface ConfigurationSources {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly path: string; readonly values: Readonly<Record<string, string>> } | undefined;
}

/** Flags win over the environment, the environment over the file, the file over the default. */
export function resolveConfiguration({ flags, environment, file }: ConfigurationSources): Configuration {
  const pick = (item: ConfigurationItem): ConfiguredValue => {
    const flag = flags[item.name];
    // What `--no-…` makes of its name.
    if (flag === false) return { value: 'off', origin: 'flag', source: item.flag };
    if (typeof flag === 'string') return { value: flag, origin: 'flag', source: item.flag.split(' ')[0] ?? '' };
    const variable = environment[item.variable];
    if (variable !== undefined && variable !== '')
      return { value: variable, origin: 'environment', source: item.variable };
    if (file !== undefined && Object.hasOwn(file.values, item.name))
      return { value: file.values[item.name] ?? '', origin: 'file', source: file.path };
    return { value: item.default, origin: 'default', source: '' };
  };
  const configuration = Object.fromEntries(Object.values(configurationItems).map((item) => [item.name, pick(item)]));
  return complete(configuration, environment);
}

function complete(
  picked: Readonly<Record<string, ConfiguredValue>>,
  environment: ConfigurationSources['environment'],
): Configuration {
  const get = (name: ItemName): ConfiguredValue => {
    const value = picked[name];
    if (value === undefined) throw new TypeError(`${name} is no item of the configuration`);
    return value;
  };
  const dataDir = get('dataDir');
  const keyFile = get('secretKeyFile');
  return {
    dataDir: { ...dataDir, value: resolve(dataDir.value) },
    databaseUrl: get('databaseUrl'),
    secretKey: get('secretKey'),
    secretKeyFile:
      keyFile.value === ''
        ? { ...keyFile, value: join(configFolder(environment), 'secret.key') }
        : { ...keyFile, value: resolve(keyFile.value) },
    host: get('host'),
    port: get('port'),
    publicUrl: get('publicUrl'),
    dashboard: get('dashboard'),
    allowAddresses: get('allowAddresses'),
    ambientCredentials: get('ambientCredentials'),
    ambientPaths: get('ambientPaths'),
    backendPackages: get('backendPackages'),
    keepDeleted: get('keepDeleted'),
    sessionIdle: get('sessionIdle'),
    sessionLifetime: get('sessionLifetime'),
    logLevel: get('logLevel'),
  };
}

/** @throws UsageError */
export function portOf({ port }: Configuration): number {
  if (!/^\d{1,5}$/.test(port.value) || Number(port.value) > 65_535)
    throw new UsageError(
      `${JSON.stringify(port.value)} is no port`,
      'a port is a number from 0 to 65535: correct --port or KICI_PORT',
    );
  return Number(port.value);
}

/**
 * Only the scheme, the name and the port of each count.
 * @throws UsageError
 */
export function publicUrlsOf({ publicUrl }: Configuration): URL[] {
  return listOf(publicUrl).map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`) return url;
    throw new UsageError(
      `${JSON.stringify(text)} is no URL by which a server is reached`,
      'it is one such as https://kici.example.com, without a path: correct --public-url or KICI_PUBLIC_URL',
    );
  });
}

/** @throws UsageError */
export function dashboardOf({ dashboard }: Configuration): boolean {
  if (dashboard.value === 'on' || dashboard.value === 'off') return dashboard.value === 'on';
  throw new UsageError(`${JSON.stringify(dashboard.value)} is neither on nor off`, 'correct KICI_DASHBOARD');
}

export function listOf({ value }: ConfiguredValue): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** @throws UsageError */
export function durationOf({ value }: ConfiguredValue, item: ConfigurationItem): number {
  const ms = parseDuration(value);
  if (ms === undefined)
    throw new UsageError(
      `${JSON.stringify(value)} is no duration`,
      `write a number and ms, s, m, h or d, such as 30d: correct ${item.flag.split(' ')[0]} or ${item.variable}`,
    );
  return ms;
}

/**
 * As `durationOf`, where none at all makes no sense.
 * @throws UsageError
 */
export function lastingDurationOf(configured: ConfiguredValue, item: ConfigurationItem): number {
  const ms = durationOf(configured, item);
  if (ms >= 1_000) return ms;
  throw new UsageError(
    `${JSON.stringify(configured.value)} is shorter than a second`,
    `give a longer one, such as ${item.default}: correct ${item.flag.split(' ')[0]} or ${item.variable}`,
  );
}

/** @throws UsageError */
export function booleanOf({ value }: ConfiguredValue, item: ConfigurationItem): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new UsageError(
    `${JSON.stringify(value)} is neither true nor false`,
    `correct ${item.flag.split(' ')[0]} or ${item.variable}`,
  );
}
