import { lookup } from 'node:dns/promises';
import { BackendError, type BackendHost, type ResolvedAddress } from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { createFileReader } from '@kici-dev/secret-federation';

export interface TestHost extends BackendHost {
  /** What the backend logged, in one string. */
  readonly logged: () => string;
  /** The names that the backend resolved. */
  readonly resolved: readonly string[];
}

/** A host that allows what a test allows, and records what it was told. */
export function createTestHost(overrides: Partial<BackendHost> = {}): TestHost {
  const lines: string[] = [];
  const resolved: string[] = [];
  const host = testHost({
    name: 'aws-test',
    readFile: createFileReader(overrides.ambient?.paths ?? []),
    log: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    ...overrides,
    async resolveAddress(hostname) {
      resolved.push(hostname);
      return overrides.resolveAddress?.(hostname) ?? resolve(hostname);
    },
  });
  return { ...host, logged: () => lines.join('\n'), resolved };
}

async function resolve(hostname: string): Promise<readonly ResolvedAddress[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

export async function refuseAddress(): Promise<never> {
  throw new BackendError('permission_denied', { detail: 'the address is not on the allow-list' });
}
