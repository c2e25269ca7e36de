import { join, resolve } from 'node:path';
import { configFolder } from '../../api/local-credentials.ts';
import { configurationItems, type ConfigurationItem, type ItemName } from './configuration-items.ts';

export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface ConfiguredValue {
  readonly value: string;
  readonly origin: Origin;
  /** The flag, variable or file that set it. */
  readonly source: string;
}

export type Configuration = Readonly<Record<ItemName, ConfiguredValue>>;

export interface ConfigurationSources {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly path: string; readonly values: Readonly<Record<string, string>> } | undefined;
}

/** Flags override the environment, the environment the file, the file the default. */
export function resolveConfiguration({ flags, environment, file }: ConfigurationSources): Configuration {
  const pick = (item: ConfigurationItem): ConfiguredValue => {
    const flag = flags[item.name];
    // Commander's value for `--no-…`.
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
    if (value === undefined) throw new TypeError(`${name} is not an item of the configuration`);
    return value;
  };
  const dataDir = get('dataDir');
  const keyFile = get('secretKeyFile');
  return {
    dataDir: { ...dataDir, value: resolve(dataDir.value) },
    databaseUrl: get('databaseUrl'),
    databaseMigrationUrl: get('databaseMigrationUrl'),
    databasePasswordFile: get('databasePasswordFile'),
    secretKey: get('secretKey'),
    secretKeyFile:
      keyFile.value === ''
        ? { ...keyFile, value: join(configFolder(environment), 'secret.key') }
        : { ...keyFile, value: resolve(keyFile.value) },
    host: get('host'),
    port: get('port'),
    tlsCertFile: get('tlsCertFile'),
    tlsKeyFile: get('tlsKeyFile'),
    publicUrl: get('publicUrl'),
    metricsHost: get('metricsHost'),
    metricsPort: get('metricsPort'),
    dashboard: get('dashboard'),
    allowAddresses: get('allowAddresses'),
    ambientCredentials: get('ambientCredentials'),
    ambientPaths: get('ambientPaths'),
    backendPackages: get('backendPackages'),
    keepDeleted: get('keepDeleted'),
    drainDelay: get('drainDelay'),
    auditSink: get('auditSink'),
    auditSinkTokenFile: get('auditSinkTokenFile'),
    auditCheckpointEvery: get('auditCheckpointEvery'),
    auditSinkRequired: get('auditSinkRequired'),
    sessionIdle: get('sessionIdle'),
    sessionLifetime: get('sessionLifetime'),
    logLevel: get('logLevel'),
  };
}
