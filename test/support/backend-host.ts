import type { BackendHost } from '@kici-dev/secret-backend';

/** What a test gives to a backend: nothing of the machine. */
export function testBackendHost(overrides: Partial<BackendHost> = {}): BackendHost {
  return {
    name: 'under-test',
    organization: 'default',
    deadlineMs: 10_000,
    ambient: { credentials: false, paths: [] },
    resolveAddress: () => Promise.reject(new Error('this test resolves no addresses')),
    log: () => undefined,
    now: () => Date.now(),
    ...overrides,
  };
}
