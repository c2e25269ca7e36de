import { lookup } from 'node:dns/promises';
import { BackendError, type BackendHost, type ResolvedAddress } from '@kici-dev/secret-backend';

export interface TestHost extends BackendHost {
  /** What the backend logged, in one string. */
  readonly logged: () => string;
  /** The names that it had resolved. */
  readonly resolved: readonly string[];
}

/** A host that allows what a test allows, and remembers what it was told. */
export function createTestHost(overrides: Partial<BackendHost> = {}): TestHost {
  const lines: string[] = [];
  const resolved: string[] = [];
  return {
    name: 'aws-test',
    organization: 'default',
    deadlineMs: 10_000,
    ambient: { credentials: false, paths: [] },
    log: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    now: () => Date.now(),
    ...overrides,
    async resolveAddress(hostname) {
      resolved.push(hostname);
      return overrides.resolveAddress?.(hostname) ?? resolve(hostname);
    },
    logged: () => lines.join('\n'),
    resolved,
  };
}

async function resolve(hostname: string): Promise<readonly ResolvedAddress[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

export async function refuseAddress(): Promise<never> {
  throw new BackendError('permission_denied', { detail: 'the address is not on the allow-list' });
}
