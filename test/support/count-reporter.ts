import type { Reporter, TestModule } from 'vitest/node';
import { leftBehind } from './left-behind.ts';

/** How long the workers may take to end, in milliseconds: a process that holds a worker's output keeps it open. */
const patienceMs = 60_000;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const firstLine = (error: { readonly message?: string } | undefined): string =>
  (error?.message ?? '').split('\n')[0] ?? '';

/**
 * Ends the run with one line for people and scripts; names what was skipped, so that no skip is silent, and last what
 * failed. Ends it also where a test left a process behind, which counts as a failure.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { readonly message?: string }[]): void {
    const counts = { passed: 0, skipped: 0 };
    const failed = unhandledErrors.map((error) => `outside of a test: ${firstLine(error)}`);
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const failedIn = (name: string, errors: readonly { readonly message?: string }[] | undefined): void => {
        failed.push(`${module.project.name}: ${module.relativeModuleId} > ${name}: ${firstLine(errors?.[0])}`);
      };
      if (module.errors().length > 0) failedIn('as a whole', module.errors());
      // A failed hook skips the tests of its suite, so it counts as a failure that no test reports.
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failedIn(suite.fullName, suite.errors());
      }
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') failedIn(test.fullName, result.errors);
        else {
          counts.skipped += 1;
          const reason = result.state === 'skipped' ? result.note : undefined;
          say(`not proven: ${test.fullName}${reason === undefined ? '' : `: ${reason}`}`);
        }
      }
    }
    // After the default reporter's own summary.
    process.once('exit', () => {
      for (const failure of failed) say(`failed: ${failure}`);
      say(`${counts.passed} passed, ${failed.length} failed, ${counts.skipped} skipped`);
    });
    setTimeout(() => {
      void leftBehind().then((left) => {
        failed.push(`the tests as a whole: they left processes behind: ${left.join('; ')}`);
        process.exit(1);
      });
    }, patienceMs).unref();
  }
}
