import type { SecretBackend } from './backend.ts';
import type { BackendCapabilities } from './capabilities.ts';
import type { RecentWrites } from './recent-writes.ts';
import type { SecretValue } from './secret-value.ts';

/** What a backend package exports: enough to describe, validate, open and document a backend of its type. */
export interface BackendDefinition {
  /** The contract version that it is written for: `contractVersion` of the package that it imports. Default: 1. */
  readonly contract?: number;
  /** As in `kici-admin backend add NAME --type vault`. */
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly settings: SettingsSchema;
  /** The most that an instance can do; an instance may declare less, for example on an older protocol. */
  readonly capabilities: BackendCapabilities;
  /** Rules across settings. Called once every field is valid by itself. */
  validate?(settings: Settings): readonly SettingsProblem[];
  /** Must not do I/O: the first call does. Throws `BackendError` (`misconfigured`). */
  create(settings: Settings, host: BackendHost): SecretBackend | Promise<SecretBackend>;
}

/** Dotted names such as `auth.method`, in the order that forms show them. */
export type SettingsSchema = Readonly<Record<string, SettingField>>;

interface FieldBase {
  readonly description: string;
  readonly example: string;
  readonly required?: boolean;
  /** Sealed at rest, never returned by any API, entered through the secret input modes. */
  readonly secret?: boolean;
  /** The field exists only while another has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly string[] };
}

export type SettingField =
  | (FieldBase & { readonly type: 'string'; readonly default?: string; readonly pattern?: string })
  | (FieldBase & { readonly type: 'address'; readonly default?: string })
  | (FieldBase & { readonly type: 'path'; readonly default?: string })
  | (FieldBase & { readonly type: 'choice'; readonly choices: readonly string[]; readonly default?: string })
  | (FieldBase & {
      readonly type: 'integer';
      readonly minimum?: number;
      readonly maximum?: number;
      readonly default?: number;
    })
  | (FieldBase & { readonly type: 'boolean'; readonly default?: boolean });

/** Validated, with defaults filled in. Fields marked secret are `SecretValue`. */
export type Settings = Readonly<Record<string, string | number | boolean | SecretValue | undefined>>;

export interface SettingsProblem {
  readonly field: string;
  readonly problem: string;
  readonly hint: string;
}

/** What the system gives to a backend. A backend must not use anything else of its surroundings. */
export interface BackendHost {
  /** The instance's name, as in `corp-vault:apps/shop`. */
  readonly name: string;
  /** The organization that the instance serves. */
  readonly organization: string;
  readonly ambient: AmbientAccess;
  /** Milliseconds that a call may take; for work that belongs to no single call, such as signing in. */
  readonly deadlineMs: number;
  /** Rejects with `unreachable` if the server does not allow an address that the name resolves to. */
  resolveAddress(hostname: string): Promise<readonly ResolvedAddress[]>;
  /** For operators: names and codes, never values. */
  log(
    level: 'debug' | 'info' | 'warn',
    message: string,
    fields?: Readonly<Record<string, string | number | boolean>>,
  ): void;
  /**
   * A plain file that a setting names, in one of the `ambient.paths` after links are resolved; a pipe is not waited
   * for. Rejects with `misconfigured`, about that setting.
   * @param maxBytes size limit; default 65,536
   */
  readFile(setting: string, path: string, maxBytes?: number): Promise<OpenedFile>;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Of this instance; for a service that confirms a version before it serves it as the newest. */
  readonly recentWrites: RecentWrites;
  /**
   * Id of the request that the present call is made for, for a service that writes it into its own log; calls that
   * several requests share have that of the first. Default: none.
   */
  requestId?(): string | undefined;
}

export interface OpenedFile {
  /** With links resolved, for a client library that opens files itself. */
  readonly path: string;
  readonly contents: SecretValue;
}

/** What a backend may use of the server's surroundings; all off unless the server's configuration allows it. */
export interface AmbientAccess {
  /** The machine's own credentials, such as instance roles, default chains and profiles. */
  readonly credentials: boolean;
  /**
   * Paths that settings may name; a backend opens no other files. Credentials are read through `BackendHost.readFile`.
   */
  readonly paths: readonly string[];
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}
