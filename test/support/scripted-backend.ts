import {
  defineCapabilities,
  found,
  parseScopePath,
  SecretValue,
  type BackendCapabilities,
  type BackendDefinition,
  type BackendHost,
  type CallContext,
  type ReadOutcome,
  type ScopePath,
  type SecretBackend,
  type SecretRef,
  type Settings,
} from '@kici-dev/secret-backend';
import { defaultHostPolicy, openBackend, type HostedBackend, type HostPolicy } from '@kici-dev/secret-federation';
import { vi } from 'vitest';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';

const capabilities = defineCapabilities({
  write: true,
  delete: true,
  compareAndSet: true,
  versionPins: true,
  versions: true,
  restore: true,
  declare: true,
  scopes: true,
  binary: true,
  listConsistency: 'strong',
  listReadsValues: false,
  readBatchSize: 100,
  maxValueBytes: 1_000,
});

/** A backend that does what a test says, however wrong, and stores nothing. */
export function scriptedBackend(script: Partial<SecretBackend> = {}): SecretBackend {
  return {
    capabilities,
    async *list() {
      yield { secrets: [] };
    },
    read: async (refs) => refs.map(() => valueOf('value')),
    write: async () => ({ version: '1' }),
    delete: async () => ({ existed: true }),
    versions: async () => [],
    restore: async () => ({ version: '2' }),
    declare: async () => undefined,
    scopes: {
      list: async () => [],
      create: async () => undefined,
      rename: async () => undefined,
      delete: async () => 0,
    },
    check: async () => ({}),
    close: async () => undefined,
    ...script,
  };
}

export interface Hosting {
  readonly policy?: Partial<HostPolicy>;
  readonly declared?: Partial<BackendCapabilities>;
  /** The contract version that its definition states. */
  readonly contract?: number;
  readonly settings?: Settings;
  readonly host?: Partial<BackendHost>;
}

/** That backend behind the host. */
export function hostScripted(
  script: Partial<SecretBackend> | BackendDefinition['create'] = {},
  { policy, declared, contract = 1, settings = {}, host }: Hosting = {},
): HostedBackend {
  const definition = {
    contract,
    type: 'scripted',
    title: 'Scripted',
    summary: 'does what a test says',
    settings: {},
    capabilities: { ...capabilities, ...declared },
    create: typeof script === 'function' ? script : () => scriptedBackend(script),
  };
  return openBackend(definition, settings, testHost(host), { ...defaultHostPolicy, ...policy });
}

/** Returns what the types forbid: adapters are written by others, also in JavaScript. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function lie<T>(value: unknown): T {
  return vi.fn().mockReturnValue(value)();
}

export function path(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

export function ref(key: string, scope = 'apps', version?: string): SecretRef {
  return { scope: path(scope), key, ...(version !== undefined && { version }) };
}

export function valueOf(text: string, version?: string): ReadOutcome {
  return found(SecretValue.fromText(text), version);
}

/** No deadline but the policy's. */
export function context(overrides: Partial<CallContext> = {}): CallContext {
  return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, ...overrides };
}

/** Outcomes in words: the text that was found, `absent`, or the code. */
export function words(outcomes: readonly ReadOutcome[]): (string | undefined)[] {
  return outcomes.map((outcome) =>
    outcome.status === 'found' ? outcome.value.text() : outcome.status === 'absent' ? 'absent' : outcome.code,
  );
}
