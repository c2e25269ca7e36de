import { BackendError, RecentWritesHere, type BackendHost } from '@kici-dev/secret-backend';

/** The host of a backend under test: access to nothing on the machine, unless overridden. */
export function testHost(overrides: Partial<BackendHost> = {}): BackendHost {
  const now = overrides.now ?? (() => Date.now());
  return {
    name: 'under-test',
    organization: 'default',
    deadlineMs: 10_000,
    ambient: { credentials: false, paths: [] },
    readFile: (setting) =>
      Promise.reject(new BackendError('misconfigured', { reason: 'setting_not_allowed', about: setting })),
    resolveAddress: () => Promise.reject(new Error('this test resolves no addresses')),
    log: () => undefined,
    now,
    recentWrites: new RecentWritesHere(now),
    ...overrides,
  };
}
