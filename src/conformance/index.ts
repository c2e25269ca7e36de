import { cases } from './cases/index.ts';

export type { ConformanceCase } from './case.ts';
export { faultCodes } from './cases/faults.ts';
export {
  faults,
  type Fault,
  type Harness,
  type Provocations,
  type SeededSecret,
  type Subject,
  type Verb,
} from './harness.ts';
export { memoryCapabilities, memoryHarness } from './reference/harness.ts';
export { runConformance, suitePrefix, type Conformance, type TestContext, type TestRunner } from './run.ts';

/** Ids of all cases; `notProven` names some of them. */
export const caseIds: readonly string[] = cases.map(({ id }) => id);
