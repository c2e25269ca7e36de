import { runConformance, type Conformance, type TestRunner } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { throughHost } from './through-host.ts';

/** Cases that wait for deadlines and pauses; the others measure what the whole process does or holds, or are over at once. */
const waits = /^(?:leaks\.)?fault\./;

/** Runs side by side what does little but wait. Each case has a store of its own. */
export const conformanceRunner: TestRunner = {
  describe,
  test(name, body) {
    (waits.test(name) ? it.concurrent : it)(name, body);
  },
};

/** A backend's suite, and the same once more behind the host, which must change nothing that the contract promises. */
export function proveAlsoThroughHost(options: Conformance): void {
  runConformance(conformanceRunner, options);
  runConformance(conformanceRunner, {
    ...options,
    name: `${options.name}, through the host`,
    harness: throughHost(options.harness),
  });
}
