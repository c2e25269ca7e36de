import { equal, fail } from 'node:assert/strict';
import {
  BackendError,
  isTransient,
  parseScopePath,
  SecretValue,
  type BackendCapabilities,
  type CallContext,
  type ListQuery,
  type ReadOutcome,
  type ScopePath,
  type SecretBackend,
  type SecretDescriptor,
  type SecretRef,
  type UnlistedScope,
  type UnnameableSecret,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, Harness, Subject } from './harness.ts';

const patienceMs = 15_000;

/** What every case works with: the backend under test, its store, and shared steps. */
export interface World {
  readonly backend: SecretBackend;
  readonly subject: Subject;
  readonly harness: Harness;
  readonly capabilities: BackendCapabilities;
  /** Puts a value into the store by the service's own means. */
  seed(ref: SecretRef, value: SecretValue | string): Promise<{ readonly version?: string }>;
  /** Reads, and requires one outcome per ref. */
  read(refs: readonly SecretRef[], context?: CallContext): Promise<readonly ReadOutcome[]>;
  readOne(ref: SecretRef, context?: CallContext): Promise<ReadOutcome>;
  /** Reads until the after-effects of a fault have passed: a connection may need to be made again. */
  readHealed(ref: SecretRef): Promise<ReadOutcome>;
  write(ref: SecretRef, value: SecretValue | string, expectedVersion?: string | null): Promise<WriteReceipt>;
  list(query?: ListQuery, context?: CallContext): Promise<ListedNames>;
  fault(kind: Fault, times?: number): Promise<void>;
  heal(): Promise<void>;
  requestCount(): Promise<number>;
}

export interface ListedNames {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
}

export function createWorld(subject: Subject, harness: Harness, capabilities: BackendCapabilities): World {
  const { backend, provoke } = subject;
  const read = async (refs: readonly SecretRef[], context = callContext()): Promise<readonly ReadOutcome[]> => {
    const outcomes = await backend.read(refs, context);
    equal(outcomes.length, refs.length, 'a read has one outcome for each ref');
    return outcomes;
  };
  const readOne = async (one: SecretRef, context?: CallContext): Promise<ReadOutcome> => {
    const [outcome] = await read([one], context);
    return outcome ?? fail('a read of one ref has an outcome');
  };
  return {
    backend,
    subject,
    harness,
    capabilities,
    read,
    readOne,
    seed: ({ scope, key }, value) => subject.seed({ scope, key, value: toValue(value) }),
    async readHealed(one) {
      const end = Date.now() + patienceMs;
      for (;;) {
        const outcome = await readOne(one);
        if (outcome.status !== 'unknown' || !isTransient(outcome.code) || Date.now() > end) return outcome;
        await wait(100);
      }
    },
    async write({ scope, key }, value, expectedVersion) {
      const entry = {
        scope,
        key,
        value: toValue(value),
        ...(expectedVersion !== undefined && { expectedVersion }),
      };
      return backend.write?.(entry, callContext()) ?? missing('write');
    },
    async list(query = { depth: 'tree' }, context = callContext()) {
      const listing = {
        secrets: new Array<SecretDescriptor>(),
        unlisted: new Array<UnlistedScope>(),
        unnameable: new Array<UnnameableSecret>(),
      };
      for await (const page of backend.list(query, context)) {
        listing.secrets.push(...page.secrets);
        listing.unlisted.push(...(page.unlisted ?? []));
        listing.unnameable.push(...(page.unnameable ?? []));
      }
      return listing;
    },
    // Cases that use these list them in their verbs.
    fault: async (kind, times) => provoke.fault?.(kind, times),
    heal: async () => provoke.heal?.(),
    requestCount: async () => (await provoke.requestCount?.()) ?? fail('the case names the verb requestCount'),
  };
}

export function missing(name: string): never {
  return fail(`${name} is declared, and there is no such method`);
}

export interface ContextOptions {
  readonly timeoutMs?: number;
  /** Cancels the call before its deadline. */
  readonly signal?: AbortSignal;
}

export function callContext({ timeoutMs = patienceMs, signal }: ContextOptions = {}): CallContext {
  const atDeadline = AbortSignal.timeout(timeoutMs);
  return {
    deadline: Date.now() + timeoutMs,
    signal: signal === undefined ? atDeadline : AbortSignal.any([signal, atDeadline]),
  };
}

export function ref(scope: string, key: string, version?: string): SecretRef {
  return { scope: path(scope), key, ...(version !== undefined && { version }) };
}

export function path(text: string): ScopePath {
  const parsed = parseScopePath(text);
  return parsed.ok ? parsed.value : fail(parsed.reason);
}

export function toValue(value: SecretValue | string): SecretValue {
  return typeof value === 'string' ? SecretValue.fromText(value) : value;
}

/**
 * The result of a call that may fail. The attempt itself fails if the call rejects with anything but a `BackendError`.
 */
export type Attempt<T> =
  { readonly ok: true; readonly result: T } | { readonly ok: false; readonly error: BackendError };

export async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, result: await call() };
  } catch (error) {
    return BackendError.is(error)
      ? { ok: false, error }
      : fail(`a backend rejects with a BackendError, not with ${error instanceof Error ? error.name : typeof error}`);
  }
}
