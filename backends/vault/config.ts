import type { SecretValue } from '@kici-dev/secret-backend';
import type { SettingName } from './settings.ts';

/** Text from a setting, or the file that holds it. */
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
