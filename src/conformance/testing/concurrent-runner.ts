import type { TestContext, TestRunner } from '../run.ts';

type Test = (name: string, body: (context: TestContext) => Promise<void>) => unknown;

/**
 * Cases that wait for deadlines and pauses; the others measure what the whole process does or holds, or are instant.
 */
const waits = /^(?:leaks\.)?fault\./;

/**
 * Runs cases that mostly wait side by side; each has its own store.
 * @param it of a test runner with concurrent tests, such as Vitest's
 */
export function concurrentRunner(
  describe: TestRunner['describe'],
  it: Test & { readonly concurrent: Test },
): TestRunner {
  return {
    describe,
    test: (name, body) => (waits.test(name) ? it.concurrent(name, body) : it(name, body)),
  };
}
