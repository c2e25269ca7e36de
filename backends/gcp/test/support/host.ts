import type { AmbientAccess, BackendHost } from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { createFileReader } from '@kici-dev/secret-federation';

export interface TestHostOptions {
  readonly ambient?: Partial<AmbientAccess>;
  readonly now?: () => number;
  readonly resolveAddress?: BackendHost['resolveAddress'];
}

/** A host that lets a backend reach only this machine, and records what is logged. */
export function loopbackHost({ ambient = {}, now = Date.now, resolveAddress }: TestHostOptions = {}): BackendHost & {
  readonly logged: string[];
} {
  const logged: string[] = [];
  const host = testHost({
    name: 'corp-gcp',
    ambient: { credentials: false, paths: [], ...ambient },
    readFile: createFileReader(ambient.paths ?? []),
    resolveAddress: resolveAddress ?? (async () => [{ address: '127.0.0.1', family: 4 }]),
    log: (level, message, fields) => void logged.push(JSON.stringify([level, message, fields])),
    now,
  });
  return { ...host, logged };
}
