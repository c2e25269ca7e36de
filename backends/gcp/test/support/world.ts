import {
  parseScopePath,
  type CallContext,
  type ListPage,
  type ReadOutcome,
  type ScopePath,
  type SecretBackend,
  type SecretRef,
  type Settings,
} from '@kici-dev/secret-backend';
import { startFake, type FakeOptions, type RunningFake } from '../server/start.ts';
import type { TestHostOptions } from './host.ts';
import { openBackend, type Transport } from './subject.ts';

export interface WorldOptions {
  readonly transport: Transport;
  readonly settings?: Settings;
  readonly fake?: FakeOptions;
  readonly host?: TestHostOptions;
}

/** A backend over its own service; `await using` ends both. */
export interface World extends AsyncDisposable {
  readonly fake: RunningFake;
  readonly backend: SecretBackend;
  /** The result of a read, in words that show no value except an expected text. */
  read(one: SecretRef): Promise<string>;
  list(): Promise<ListPage>;
  /** Names of the methods called since the last look. */
  calls(): string[];
}

export async function openWorld({
  transport,
  settings = {},
  fake: fakeOptions = {},
  host = {},
}: WorldOptions): Promise<World> {
  const fake = await startFake(fakeOptions);
  const backend = await openBackend(fake, transport, settings, host);
  return {
    fake,
    backend,
    async read(one) {
      const [outcome] = await backend.read([one], context());
      return inWords(outcome);
    },
    async list() {
      const pages: ListPage[] = [];
      for await (const page of backend.list({ depth: 'tree' }, context())) pages.push(page);
      return {
        secrets: pages.flatMap(({ secrets }) => secrets),
        unlisted: pages.flatMap(({ unlisted = [] }) => unlisted),
        unnameable: pages.flatMap(({ unnameable = [] }) => unnameable),
      };
    },
    calls: () => fake.service.requests.splice(0).map(({ method }) => method),
    async [Symbol.asyncDispose]() {
      await backend.close();
      await fake.stop();
    },
  };
}

export function inWords(outcome: ReadOutcome | undefined): string {
  if (outcome?.status === 'found') return `found ${outcome.value.text() ?? 'bytes'} (${outcome.version})`;
  return outcome?.status === 'unknown' ? `unknown ${outcome.code}` : (outcome?.status ?? 'nothing');
}

export function context(timeoutMs = 15_000, signal?: AbortSignal): CallContext {
  const atDeadline = AbortSignal.timeout(timeoutMs);
  return {
    deadline: Date.now() + timeoutMs,
    signal: signal === undefined ? atDeadline : AbortSignal.any([signal, atDeadline]),
  };
}

export function scope(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

/** A ref in scope `shop`, whose id in the default layout is `shop--KEY`. */
export function ref(key: string, version?: string): SecretRef {
  return { scope: scope('shop'), key, ...(version !== undefined && { version }) };
}
