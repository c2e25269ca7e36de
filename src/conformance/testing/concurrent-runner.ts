import type { TestContext, TestRunner } from '../run.ts';

type Test = (name: string, body: (context: TestContext) => Promise<void>) => unknown;

/**
 * Cases that wait for deadlines and pauses; the others measure what the whole process does or holds, or are over at
 * once.
 */
const waits = /^(?:leaks\.)?fault\./;

/**
 * Runs side by side those cases that do little but wait; each has a store of its own.
 * @param it of a test runner that knows concurrent tests, such as Vitest's
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
