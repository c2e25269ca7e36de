import { capabilityLiars } from './capabilities.ts';
import { faultLiars } from './faults.ts';
import type { Liar } from './liar.ts';
import { lifecycleLiars } from './lifecycle.ts';
import { listingLiars } from './listing.ts';
import { readingLiars } from './reading.ts';
import { scopeLiars } from './scopes.ts';
import { writingLiars } from './writing.ts';

export const liars: readonly Liar[] = [
  ...capabilityLiars,
  ...readingLiars,
  ...listingLiars,
  ...writingLiars,
  ...scopeLiars,
  ...faultLiars,
  ...lifecycleLiars,
];
