import type { TestRunner } from '../run.ts';

/** What some tests need of the machine, such as a real server. */
export interface Lane {
  /** As `KICI_TEST_REQUIRE` names it. */
  readonly name: string;
  /** Why it cannot run on this machine; `undefined` when it can. */
  readonly missing: string | undefined;
}

/**
 * Tests that need something of the machine. Where it is missing they count as not proven, with the reason;
 * where `KICI_TEST_REQUIRE` is `all` or names the lane, its absence is a failure.
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

/** Why a program or an image that an environment variable names is not there, for `missing`. */
export function missingVariable(name: string, provides: string): string | undefined {
  return (process.env[name] ?? '') === '' ? `${name} is not set (${provides}); \`.ci/setup\` provides it` : undefined;
}
