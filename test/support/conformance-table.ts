import { suitePrefix } from '@kici-dev/secret-backend-conformance';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

interface Lane {
  passed: number;
  failed: string[];
  /** Case ids by reason. */
  readonly notProven: Map<string, string[]>;
}

/** Prints one line per suite of the conformance kit, what it leaves unproven and why, and which lanes could not run. */
export default class ConformanceTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const lanes = new Map<string, Lane>();
    const missing = new Array<string>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const name = laneOf(test);
      if (name !== undefined) count(lanes, name, test);
      else if (test.name.startsWith('lane ') && test.result().state !== 'passed')
        missing.push(`${test.name}: ${reasonOf(test)}`);
    }
    print([
      ['lane', 'passed', 'not proven', 'failed'],
      ...[...lanes]
        .toSorted(([left], [right]) => left.localeCompare(right))
        .map(([name, { passed, notProven, failed }]) => [
          name,
          String(passed),
          String([...notProven.values()].flat().length),
          String(failed.length),
        ]),
    ]);
    for (const [name, { notProven, failed }] of lanes) {
      for (const id of failed) console.log(`failed: ${name}: ${id}`);
      for (const [reason, ids] of notProven) console.log(`not proven: ${name}: ${ids.join(' ')}: ${reason}`);
    }
    for (const line of missing) console.log(`not run: ${line}`);
    for (const module of modules) {
      // A failed hook skips the cases of its suite without a reason, so a server that did not start counts as a
      // failure.
      const failures = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())];
      for (const { message } of failures) console.log(`failed: ${module.relativeModuleId}: ${message}`);
    }
    for (const error of unhandledErrors) console.log('failed: an error that no test caught:', error);
  }
}

function laneOf(test: TestCase): string | undefined {
  let { parent } = test;
  while (parent.type === 'suite') {
    if (parent.name.startsWith(suitePrefix)) return parent.name.slice(suitePrefix.length);
    ({ parent } = parent);
  }
  return undefined;
}

function count(lanes: Map<string, Lane>, name: string, test: TestCase): void {
  const lane: Lane = lanes.get(name) ?? { passed: 0, failed: [], notProven: new Map() };
  lanes.set(name, lane);
  const id = test.name.split(': ')[0] ?? test.name;
  const { state } = test.result();
  if (state === 'passed') lane.passed += 1;
  else if (state === 'skipped') lane.notProven.set(reasonOf(test), [...(lane.notProven.get(reasonOf(test)) ?? []), id]);
  else lane.failed.push(id);
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return ('note' in result ? result.note : undefined) ?? result.errors?.[0]?.message ?? 'no reason given';
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
}
