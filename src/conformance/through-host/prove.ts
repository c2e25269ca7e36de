import { runConformance, type Conformance, type TestRunner } from '../run.ts';
import { throughHost } from './through-host.ts';

/** A backend's suite, and the same once more behind the host, which must change nothing that the contract promises. */
export function proveAlsoThroughHost(runner: TestRunner, options: Conformance): void {
  runConformance(runner, options);
  runConformance(runner, {
    ...options,
    name: `${options.name}, through the host`,
    harness: throughHost(options.harness),
  });
}
