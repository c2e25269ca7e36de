// Written by `kici types`; do not edit it. Run that again when workflows or secrets have changed.
// environments: ["production"]
import type { SecretFileOptions, SecretMeta } from '@kici-dev/sdk';

declare module '@kici-dev/sdk' {
  /** Keys of the environments that the workflows bind, and where each comes from. */
  interface SecretKeys {
    /**
     * - production: internal:production
     */
    readonly "AGE_KEY_1": unknown;
    /**
     * - production: internal:production
     */
    readonly "DB_PASSWORD": unknown;
    /**
     * - production: internal:production
     */
    readonly "__proto__": unknown;
    /**
     * - production: internal:production
     */
    readonly "tls.crt": unknown;
  }

  interface StepSecrets {
    get(key: SecretKey): Promise<string>;
    expose(key: SecretKey): Promise<void>;
    has(key: SecretKey): boolean;
    getMeta(key: SecretKey): SecretMeta | undefined;
    mountFile(options: KeyedFileOptions): Promise<{ path: string }>;
    exposeFile(variable: string, options: KeyedFileOptions): Promise<{ path: string }>;
  }
}

/** Any other text is a key too: `string & {}` keeps the names apart from it. */
type SecretKey = keyof import('@kici-dev/sdk').SecretKeys | (string & {});

interface KeyedFileOptions extends Omit<SecretFileOptions, 'sources'> {
  readonly sources: readonly SecretKey[];
}
