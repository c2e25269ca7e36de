import { BackendError, wrongSetting, type Settings, type SettingsProblem } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import { readAuth } from './auth.ts';
import { readProxy, readTls } from './connection.ts';
import { SettingsReader } from './reader.ts';

export function validateSettings(settings: Settings): readonly SettingsProblem[] {
  return read(settings).problems;
}

/**
 * The settings in the form that the rest of this package uses.
 * @throws BackendError `misconfigured`, for the first problem
 */
export function parseConfig(settings: Settings): VaultConfig {
  const { config, problems } = read(settings);
  const [first] = problems;
  if (config === undefined || first !== undefined)
    throw first === undefined
      ? new BackendError('misconfigured', { detail: 'the settings are incomplete' })
      : wrongSetting(first.field, `${first.field} ${first.problem}`);
  return config;
}

function read(settings: Settings): {
  readonly config: VaultConfig | undefined;
  readonly problems: readonly SettingsProblem[];
} {
  const reader = new SettingsReader(settings);
  const auth = readAuth(reader);
  const server = reader.address('address') ?? reader.report('address', 'is missing', 'give the address of the server');
  const proxy = readProxy(reader);
  const kvVersion = reader.choice('kvVersion', ['auto', '1', '2']);
  const listing = reader.choice('listing', ['auto', 'subkeys', 'values']);
  const mount = reader.path('mount');
  if (mount === '') reader.report('mount', 'is missing', 'give the path of the KV engine, such as secret');
  if (kvVersion === '1' && listing === 'subkeys')
    reader.report('listing', 'is subkeys, which KV version 1 does not have', 'leave it at auto');
  const tls = readTls(reader, server);
  const basePath = reader.path('basePath');
  const namespace = reader.path('namespace') || undefined;
  // A lone slash is the root.
  const authNamespace =
    reader.text('auth.namespace') === undefined ? namespace : reader.path('auth.namespace') || undefined;
  reader.requirePrintable('namespace', namespace);
  reader.requirePrintable('auth.namespace', authNamespace);
  const { problems } = reader;
  if (auth === undefined || server === undefined || kvVersion === undefined || listing === undefined)
    return { config: undefined, problems };
  return {
    config: { address: server, mount, basePath, namespace, kvVersion, listing, auth, authNamespace, tls, proxy },
    problems,
  };
}
