import type { TestRunner } from '../run.ts';

/** Something that tests need from the machine, such as a real server. */
export interface Lane {
  /** The name that `KICI_TEST_REQUIRE` uses. */
  readonly name: string;
  /** Why it cannot run on this machine; `undefined` if it can. */
  readonly missing: string | undefined;
}

/**
 * Defines tests that need something from the machine. Without it they count as not proven, with the reason; if
 * `KICI_TEST_REQUIRE` is `all` or names the lane, they fail.
 */
export function describeLane(runner: TestRunner, { name, missing }: Lane, body: () => void): void {
  if (missing === undefined) {
    runner.describe(name, body);
    return;
  }
  const required = (process.env['KICI_TEST_REQUIRE'] ?? '')
    .split(',')
    .some((wanted) => wanted === 'all' || wanted === name);
  runner.test(`lane ${name}`, async (context) => {
    if (required) throw new Error(`the lane ${name} is required and cannot run: ${missing}`);
    context.skip(missing);
  });
}

/** Why a program or image that an environment variable names is missing, for `missing`. */
export function missingVariable(name: string, provides: string): string | undefined {
  return (process.env[name] ?? '') === '' ? `${name} is not set (${provides}); \`.ci/setup\` provides it` : undefined;
}
