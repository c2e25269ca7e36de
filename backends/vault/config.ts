import { BackendError, SecretValue, wrongSetting, type Settings, type SettingsProblem } from '@kici-dev/secret-backend';
import type { SettingName } from './settings.ts';

/** Text that was given in a setting, or the file that holds it. */
export type Source = { readonly inline: SecretValue } | { readonly file: string; readonly setting: SettingName };

export type AuthConfig =
  | { readonly method: 'token'; readonly token: SecretValue }
  | {
      readonly method: 'approle';
      readonly mount: string;
      readonly roleId: string;
      readonly secretId: SecretValue | undefined;
    }
  | {
      readonly method: 'kubernetes' | 'jwt';
      readonly mount: string;
      readonly role: string | undefined;
      readonly jwt: Source;
    }
  | { readonly method: 'cert'; readonly mount: string; readonly role: string | undefined };

export interface TlsConfig {
  readonly ca: Source | undefined;
  readonly cert: Source | undefined;
  readonly key: Source | undefined;
  readonly serverName: string | undefined;
}

export interface ProxyConfig {
  readonly address: URL;
  readonly username: string | undefined;
  readonly password: SecretValue | undefined;
}

export interface VaultConfig {
  readonly address: URL;
  readonly mount: string;
  readonly basePath: string;
  readonly namespace: string | undefined;
  readonly kvVersion: 'auto' | '1' | '2';
  readonly listing: 'auto' | 'subkeys' | 'values';
  readonly auth: AuthConfig;
  readonly authNamespace: string | undefined;
  readonly tls: TlsConfig;
  readonly proxy: ProxyConfig | undefined;
}

const tlsSettings = [
  'tls.ca',
  'tls.caFile',
  'tls.cert',
  'tls.certFile',
  'tls.key',
  'tls.keyFile',
  'tls.serverName',
] as const satisfies readonly SettingName[];

export function validateSettings(settings: Settings): readonly SettingsProblem[] {
  return read(settings).problems;
}

/**
 * The settings as the rest of this package takes them.
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
  const problems: SettingsProblem[] = [];
  const report = (field: SettingName, problem: string, hint: string): undefined => {
    problems.push({ field, problem, hint });
    return undefined;
  };
  const text = (name: SettingName): string | undefined => {
    const value = settings[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const secret = (name: SettingName): SecretValue | undefined => {
    const value = settings[name];
    if (!(value instanceof SecretValue) || value.byteLength === 0) return undefined;
    return value.text() === undefined ? report(name, 'is not UTF-8 text', 'give the text itself') : value;
  };
  const isSet = (name: SettingName): boolean => {
    const value = settings[name];
    return value instanceof SecretValue ? value.byteLength > 0 : value !== undefined && value !== '';
  };
  const choice = <T extends string>(name: SettingName, choices: readonly T[]): T | undefined =>
    choices.find((one) => one === settings[name]) ??
    report(name, `is not one of ${choices.join(', ')}`, 'choose one of them');
  const source = (inline: SettingName, file: SettingName): Source | undefined => {
    const value = secret(inline);
    const path = text(file);
    if (value !== undefined && path !== undefined)
      return report(file, `is set together with ${inline}`, 'keep one of them');
    if (path !== undefined) return { file: path, setting: file };
    return value === undefined ? undefined : { inline: value };
  };
  const path = (name: SettingName, whole: string | undefined): string => {
    const trimmed = (whole ?? '').replaceAll(/^\/+|\/+$/g, '');
    if (trimmed !== '' && trimmed.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'))
      report(name, 'has an empty, "." or ".." segment', 'give a plain path such as teams/shop');
    return trimmed;
  };
  /** What goes into a header. */
  const printable = (name: SettingName, value: string | undefined): void => {
    if (value !== undefined && !/^[\x21-\x7e]*$/.test(value))
      report(name, 'has characters that cannot be sent', 'give it without white space and in ASCII');
  };
  const address = (name: SettingName): URL | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const url = URL.parse(given);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
      return report(name, 'is not an http or https address', 'give one such as https://vault.example.com:8200');
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      return report(name, 'has more than a host, a port and a path', 'credentials belong into their own settings');
    return url;
  };

  const auth = readAuth();
  const server = address('address') ?? report('address', 'is missing', 'give the address of the server');
  const proxyAddress = address('proxy.address');
  const kvVersion = choice('kvVersion', ['auto', '1', '2']);
  const listing = choice('listing', ['auto', 'subkeys', 'values']);
  const mount = path('mount', text('mount'));
  if (mount === '') report('mount', 'is missing', 'give the path of the KV engine, such as secret');
  if (kvVersion === '1' && listing === 'subkeys')
    report('listing', 'is subkeys, which KV version 1 does not have', 'leave it at auto');
  const tls = {
    ca: source('tls.ca', 'tls.caFile'),
    cert: source('tls.cert', 'tls.certFile'),
    key: source('tls.key', 'tls.keyFile'),
    serverName: text('tls.serverName'),
  };
  if ((tls.cert === undefined) !== (tls.key === undefined))
    report(
      tls.cert === undefined ? 'tls.cert' : 'tls.key',
      'is missing',
      'a client certificate needs its key, and a key its certificate',
    );
  if (server?.protocol === 'http:') {
    for (const name of tlsSettings)
      if (isSet(name)) report(name, 'has no effect where the address is http', 'give the https address of the server');
  }
  const proxyUser = text('proxy.username');
  const proxyPassword = secret('proxy.password');
  if (proxyUser?.includes(':') === true)
    report('proxy.username', 'has a colon, which ends a user name', 'put what follows it into proxy.password');
  if (proxyUser !== undefined && text('proxy.address') === undefined)
    report('proxy.username', 'is set without proxy.address', 'give the address of the proxy');
  if (proxyPassword !== undefined && proxyUser === undefined)
    report('proxy.password', 'is set without proxy.username', 'give the user of the proxy');
  const basePath = path('basePath', text('basePath'));
  const namespace = path('namespace', text('namespace')) || undefined;
  // A lone slash is the root.
  const authNamespace =
    text('auth.namespace') === undefined ? namespace : path('auth.namespace', text('auth.namespace')) || undefined;
  printable('namespace', namespace);
  printable('auth.namespace', authNamespace);
  if (auth === undefined || server === undefined || kvVersion === undefined || listing === undefined)
    return { config: undefined, problems };
  const proxy = proxyAddress && { address: proxyAddress, username: proxyUser, password: proxyPassword };
  return {
    config: { address: server, mount, basePath, namespace, kvVersion, listing, auth, authNamespace, tls, proxy },
    problems,
  };

  function readAuth(): AuthConfig | undefined {
    const method = choice('auth.method', ['token', 'approle', 'kubernetes', 'jwt', 'cert']);
    const mountOf = (name: string): string => path('auth.mount', text('auth.mount')) || name;
    const role = text('auth.role');
    switch (method) {
      case undefined:
        return undefined;
      case 'token': {
        const token =
          secret('auth.token') ?? report('auth.token', 'is missing', 'give the token, or choose another auth.method');
        const sent = token?.text()?.trim();
        if (sent === '') report('auth.token', 'is white space alone', 'give the token itself');
        printable('auth.token', sent);
        return token && { method, token };
      }
      case 'approle': {
        const roleId =
          text('auth.roleId') ??
          report('auth.roleId', 'is missing', 'read it with `vault read auth/approle/role/NAME/role-id`');
        return roleId === undefined
          ? undefined
          : { method, mount: mountOf(method), roleId, secretId: secret('auth.secretId') };
      }
      case 'kubernetes':
      case 'jwt': {
        if (method === 'kubernetes' && role === undefined)
          report('auth.role', 'is missing', 'name the role of the Kubernetes auth method');
        const jwt =
          source('auth.jwt', 'auth.jwtFile') ?? report('auth.jwt', 'is missing', 'give auth.jwt or auth.jwtFile');
        return jwt && { method, mount: mountOf(method), role, jwt };
      }
      case 'cert':
        if (text('tls.certFile') === undefined && secret('tls.cert') === undefined)
          report('tls.cert', 'is missing', 'sign-in by certificate needs tls.cert and tls.key');
        return { method, mount: mountOf(method), role };
    }
  }
}
