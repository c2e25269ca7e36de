import type { SecretBackend, SecretRef } from '@kici-dev/secret-backend';
import type { AwsConfig } from './config.ts';
import type { Reader } from './secrets/reader.ts';
import type { WriteTokens } from './secrets/tokens.ts';
import type { Service } from './service/service.ts';

export interface LayoutTools {
  readonly config: AwsConfig;
  readonly service: Service;
  readonly reader: Reader;
  readonly tokens: WriteTokens;
}

/** How scopes and keys map to the service's names; everything in a backend that depends on this mapping. */
export interface Layout extends Omit<SecretBackend, 'check' | 'close' | 'scopes'> {
  /** The secret that holds a place; undefined if no secret can have that name. */
  nameOf(ref: SecretRef): string | undefined;
}
