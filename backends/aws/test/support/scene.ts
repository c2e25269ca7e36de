import {
  parseScopePath,
  SecretValue,
  type BackendHost,
  type CallContext,
  type ReadOutcome,
  type SecretBackend,
  type SecretRef,
  type Settings,
} from '@kici-dev/secret-backend';
import { onTestFinished } from 'vitest';
import { FakeAws } from '../fake/fake-aws.ts';
import { openBackend } from './subject.ts';

export interface Scene {
  readonly fake: FakeAws;
  readonly backend: SecretBackend;
}

/** A backend on a fake of its own, both gone at the end of the test. */
export async function openScene(settings: Settings = {}, host?: BackendHost): Promise<Scene> {
  const fake = await FakeAws.start();
  const backend = await openBackend(fake.endpoint, settings, host);
  onTestFinished(async () => {
    await backend.close();
    await fake.stop();
  });
  return { fake, backend };
}

export function context(timeoutMs = 10_000): CallContext {
  return { signal: AbortSignal.timeout(timeoutMs), deadline: Date.now() + timeoutMs };
}

export function ref(scope: string, key: string, version?: string): SecretRef {
  const parsed = parseScopePath(scope);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { scope: parsed.value, key, ...(version !== undefined && { version }) };
}

export const value = (text: string): SecretValue => SecretValue.fromText(text);

/** Outcomes as a person would say them. */
export function say(outcome: ReadOutcome | undefined): string {
  if (outcome?.status === 'found') return outcome.value.text() ?? 'bytes';
  return outcome?.status === 'unknown' ? `unknown ${outcome.code}` : (outcome?.status ?? 'no outcome');
}

export async function readAll(backend: SecretBackend, refs: readonly SecretRef[]): Promise<string[]> {
  return (await backend.read(refs, context())).map(say);
}

export async function listAll(
  backend: SecretBackend,
  scope?: string,
): Promise<{ names: string[]; unlisted: string[]; unnameable: string[] }> {
  const listing = { names: new Array<string>(), unlisted: new Array<string>(), unnameable: new Array<string>() };
  for await (const page of backend.list(
    { depth: 'tree', ...(scope !== undefined && { scope: ref(scope, '').scope }) },
    context(),
  )) {
    listing.names.push(
      ...page.secrets.map(
        ({ scope: at, key, problem, declaredOnly }) =>
          `${at} ${key}${problem === undefined ? '' : ` (${problem})`}${declaredOnly === true ? ' (declared)' : ''}`,
      ),
    );
    listing.unlisted.push(...(page.unlisted ?? []).map(({ scope: at, code }) => `${at} (${code})`));
    listing.unnameable.push(...(page.unnameable ?? []).map(({ name }) => name));
  }
  return listing;
}

export function textPayload(text: string): { text: string; binary: undefined } {
  return { text, binary: undefined };
}
