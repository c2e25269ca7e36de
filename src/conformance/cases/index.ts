import type { ConformanceCase } from '../case.ts';
import { capabilityCases } from './capabilities.ts';
import { compareAndSetCases } from './compare-and-set.ts';
import { declareCases } from './declare.ts';
import { deletingCases } from './deleting.ts';
import { faultCases } from './faults.ts';
import { holdingCases } from './holding.ts';
import { leakCases } from './leaks.ts';
import { lifecycleCases } from './lifecycle.ts';
import { listingCases } from './listing.ts';
import { nameCases } from './names.ts';
import { outcomeCases } from './outcomes.ts';
import { batchCases, readingCases } from './reading.ts';
import { reasonCases } from './reasons.ts';
import { recoveryCases } from './recovery.ts';
import { scopeCases } from './scopes.ts';
import { signInCases } from './sign-in.ts';
import { versionCases } from './versions.ts';
import { writingCases } from './writing.ts';

/** Every law that the kit proves, whatever the manifest. */
export const cases: readonly ConformanceCase[] = [
  ...capabilityCases,
  ...nameCases,
  ...listingCases,
  ...readingCases,
  ...batchCases,
  ...writingCases,
  ...compareAndSetCases,
  ...versionCases,
  ...declareCases,
  ...scopeCases,
  ...deletingCases,
  ...outcomeCases,
  ...faultCases,
  ...holdingCases,
  ...recoveryCases,
  ...reasonCases,
  ...signInCases,
  ...leakCases,
  ...lifecycleCases,
];
