import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one line for people and scripts; names what was skipped, so that no skip is silent. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      if (module.errors().length > 0) counts.failed += 1;
      // A failed hook skips the tests of its suite, so it counts as a failure that no test reports.
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed += 1;
      for (const test of tests) {
        const { state } = test.result();
        if (state === 'passed') counts.passed += 1;
        else if (state === 'failed') counts.failed += 1;
        else {
          counts.skipped += 1;
          const note = test.result().state === 'skipped' ? test.result() : undefined;
          const reason = note !== undefined && 'note' in note ? note.note : undefined;
          process.stdout.write(`not proven: ${test.fullName}${reason === undefined ? '' : `: ${reason}`}\n`);
        }
      }
    }
    // After the default reporter's own summary.
    process.once('exit', () => {
      process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}
