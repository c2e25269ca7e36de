import { BackendError, type BackendHost } from '@kici-dev/secret-backend';

/** What a test gives to a backend: nothing of the machine, unless it says otherwise. */
export function testHost(overrides: Partial<BackendHost> = {}): BackendHost {
  return {
    name: 'under-test',
    organization: 'default',
    deadlineMs: 10_000,
    ambient: { credentials: false, paths: [] },
    readFile: (setting) =>
      Promise.reject(new BackendError('misconfigured', { reason: 'setting_not_allowed', about: setting })),
    resolveAddress: () => Promise.reject(new Error('this test resolves no addresses')),
    log: () => undefined,
    now: () => Date.now(),
    ...overrides,
  };
}
