import { runConformance, type Conformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { throughHost } from './through-host.ts';

/** A backend's suite, and the same once more behind the host, which must change nothing that the contract promises. */
export function proveAlsoThroughHost(options: Conformance): void {
  const runner = { describe, test: it };
  runConformance(runner, options);
  runConformance(runner, {
    ...options,
    name: `${options.name}, through the host`,
    harness: throughHost(options.harness),
  });
}
