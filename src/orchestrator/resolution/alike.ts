import { isDeepStrictEqual } from 'node:util';
import type { SecretDescriptor } from '@kici-dev/secret-backend';
import type { AgedListing, ListedEnvironment } from './environment.ts';

/** Whether the same catalogue comes of both. Comparing long lists takes a tenth of what merging them does. */
export function isAlike(left: ListedEnvironment, right: ListedEnvironment): boolean {
  return (
    isDeepStrictEqual(left.compiled, right.compiled) &&
    isDeepStrictEqual(left.traits, right.traits) &&
    left.listings.length === right.listings.length &&
    left.listings.every((listing, index) => isSameListing(listing, right.listings[index]))
  );
}

function isSameListing(left: AgedListing, right: AgedListing | undefined): boolean {
  if (right === undefined) return false;
  const { secrets, ageMs: _, ...about } = left;
  const { secrets: others, ageMs: __, ...aboutOther } = right;
  return isDeepStrictEqual(about, aboutOther) && isSameList(secrets, others);
}

function isSameList(left: readonly SecretDescriptor[], right: readonly SecretDescriptor[]): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    const [one, other] = [left[index], right[index]];
    if (one === undefined || other === undefined || !isSameSecret(one, other)) return false;
  }
  return true;
}

/** All that a descriptor has: the compiler tells of what is missing here. */
// `Object.keys` forgets that the keys are exactly these.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const fields = Object.keys({
  scope: 1,
  key: 1,
  version: 1,
  updatedAt: 1,
  declaredOnly: 1,
  problem: 1,
  reason: 1,
} satisfies Record<keyof SecretDescriptor, 1>) as (keyof SecretDescriptor)[];

function isSameSecret(left: SecretDescriptor, right: SecretDescriptor): boolean {
  return left === right || fields.every((field) => left[field] === right[field]);
}
