import type { BackendHost, SecretBackend, Settings } from '@kici-dev/secret-backend';
import { onTestFinished } from 'vitest';
import { makeStore, openBackend, type Store } from './store.ts';

/** A backend on its own files; both end with the test. */
export async function openScene(
  settings: Settings = {},
  host?: Partial<BackendHost>,
): Promise<{ store: Store; backend: SecretBackend }> {
  const store = await makeStore();
  onTestFinished(() => store.remove());
  return { store, backend: await openOn(store, settings, host) };
}

export async function openOn(
  store: Store,
  settings: Settings = {},
  host?: Partial<BackendHost>,
): Promise<SecretBackend> {
  const backend = await openBackend(store, settings, host);
  onTestFinished(() => backend.close());
  return backend;
}
