import { fail } from 'node:assert/strict';
import type { BackendCapabilities } from '@kici-dev/secret-backend';
import { cases } from './cases/index.ts';
import type { ConformanceCase } from './case.ts';
import type { Harness, Subject } from './harness.ts';
import { createWorld } from './world.ts';

/** What the kit needs from a test runner; vitest and node:test fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: (context: TestContext) => Promise<void>): unknown;
}

export interface TestContext {
  skip(reason: string): void;
}

export interface Conformance {
  /** The row's name in the table of lanes, such as `vault (OpenBao 2.7)`. */
  readonly name: string;
  /** The capabilities that the harness's instances declare, which decide which cases there are. */
  readonly capabilities: BackendCapabilities;
  readonly harness: Harness;
  /**
   * Cases that this harness cannot prove, each with the reason. They count as skipped. A case fails if it needs a
   * missing verb and is not named here, or is named here but could be proven.
   */
  readonly notProven?: Readonly<Record<string, string>>;
}

/** Prefix of the kit's suites, by which reporters find them. */
export const suitePrefix = 'conformance: ';

/** Defines one test per law that the manifest calls for, each on a fresh store. */
export function runConformance(runner: TestRunner, { name, capabilities, harness, notProven = {} }: Conformance): void {
  const known = cases.filter(({ when }) => when?.(capabilities) ?? true);
  const wanted = known.filter(({ behindHost = false }) => !behindHost || harness.behindHost === true);
  runner.describe(`${suitePrefix}${name}`, () => {
    for (const one of wanted) {
      runner.test(`${one.id}: ${one.title}`, (context) =>
        runCase(one, capabilities, harness, Object.hasOwn(notProven, one.id) ? notProven[one.id] : undefined, context),
      );
    }
    runner.test('kit.not-proven-known: whatever is listed as not proven is a case of this manifest', async () => {
      const strangers = Object.keys(notProven).filter((id) => !known.some((one) => one.id === id));
      if (strangers.length > 0)
        fail(
          `no such case for these capabilities: ${strangers.join(', ')}; remove it from the list of what is not proven`,
        );
    });
  });
}

async function runCase(
  one: ConformanceCase,
  capabilities: BackendCapabilities,
  harness: Harness,
  excuse: string | undefined,
  context: TestContext,
): Promise<void> {
  const subject = await harness.open();
  try {
    const missing = whatIsMissing(one, subject);
    if (missing === undefined && excuse !== undefined)
      fail(`${one.id} is listed as not proven, and the harness has all that it needs; remove it from the list`);
    if (missing !== undefined && excuse === undefined)
      fail(
        `${one.id} cannot be proven: the harness lacks ${missing}; provide it, or list the case as not proven, with a reason`,
      );
    if (excuse !== undefined) {
      context.skip(excuse);
      return;
    }
    await one.run(createWorld(subject, harness, capabilities));
  } finally {
    await subject.dispose();
  }
}

function whatIsMissing({ verbs = [], fault }: ConformanceCase, { provoke }: Subject): string | undefined {
  const missing = verbs.filter((verb) => provoke[verb] === undefined).map((verb) => `the verb ${verb}`);
  if (fault !== undefined && missing.length === 0 && provoke.faults?.includes(fault) === false)
    missing.push(`the fault ${fault}`);
  return missing.length === 0 ? undefined : missing.join(' and ');
}
