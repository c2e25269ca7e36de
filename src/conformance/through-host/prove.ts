import { runConformance, type Conformance, type TestRunner } from '../run.ts';
import { throughHost } from './through-host.ts';

/** Runs a backend's suite, then again through the host, which must change nothing that the contract promises. */
export function proveAlsoThroughHost(runner: TestRunner, options: Conformance): void {
  runConformance(runner, options);
  runConformance(runner, {
    ...options,
    name: `${options.name}, through the host`,
    harness: throughHost(options.harness),
  });
}
