import type { AmbientAccess, BackendHost } from '@kici-dev/secret-backend';

export interface TestHostOptions {
  readonly ambient?: Partial<AmbientAccess>;
  readonly now?: () => number;
  readonly resolveAddress?: BackendHost['resolveAddress'];
}

/** A host that lets a backend reach this machine and nothing else, and that keeps what is logged. */
export function testHost({ ambient = {}, now = Date.now, resolveAddress }: TestHostOptions = {}): BackendHost & {
  readonly logged: string[];
} {
  const logged: string[] = [];
  return {
    name: 'corp-gcp',
    organization: 'default',
    deadlineMs: 10_000,
    logged,
    ambient: { credentials: false, paths: [], ...ambient },
    resolveAddress: resolveAddress ?? (async () => [{ address: '127.0.0.1', family: 4 }]),
    log: (level, message, fields) => void logged.push(JSON.stringify([level, message, fields])),
    now,
  };
}
