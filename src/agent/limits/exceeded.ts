import { written, type LimitName, type Limits } from './limits.ts';

const signs: readonly (readonly [name: LimitName, sign: RegExp])[] = [
  ['processes', /\bEAGAIN\b|Resource temporarily unavailable|can(?:no|')t fork/i],
  ['memory', /\bENOMEM\b|Cannot allocate memory|out of memory|\bSIGKILL\b|code 137\b/i],
  ['tmp', /\bENOSPC\b|No space left on device/i],
];

/** What ended it, where that is known. */
export function exceededText(subject: 'step' | 'program', name: LimitName, limits: Limits): string {
  return `the ${subject} exceeded its limit ${limitText(name, limits)}`;
}

/** With the limit that a failure looks like, where nobody can tell for sure. */
export function withLikelyLimit(error: string, limits: Limits): string {
  const [name] = signs.find(([one, sign]) => limits[one] !== undefined && sign.test(error)) ?? [];
  return name === undefined ? error : `${error}\n(perhaps because of the limit ${limitText(name, limits)})`;
}

function limitText(name: LimitName, limits: Limits): string {
  return `${name}=${written(name, limits[name] ?? 0)}`;
}
