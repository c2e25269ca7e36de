import { isIPv4, isIPv6 } from 'node:net';

/** A form of IPv6 address, and where it holds the bytes of an IPv4 address. */
interface Form {
  readonly isOf: (bytes: Uint8Array) => boolean;
  readonly places: readonly (readonly [number, number, number, number])[];
  /** Teredo inverts every bit. */
  readonly inverted?: true;
}

const last = [12, 13, 14, 15] as const;

/**
 * Sources: RFC 4291 (mapped, compatible), 2765 (translated), 6052 and 8215 (NAT64), 3056 (6to4), 4380 (Teredo), 5214
 * (ISATAP).
 */
const forms: readonly Form[] = [
  { isOf: startsWith('0000:0000:0000:0000:0000:0000'), places: [last] },
  { isOf: startsWith('0000:0000:0000:0000:0000:ffff'), places: [last] },
  { isOf: startsWith('0000:0000:0000:0000:ffff:0000'), places: [last] },
  { isOf: startsWith('0064:ff9b:0000:0000:0000:0000'), places: [last] },
  // Any prefix in this range may be an operator's, and the place depends on its length; the ninth byte is always
  // skipped.
  {
    isOf: startsWith('0064:ff9b:0001'),
    places: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], last],
  },
  { isOf: startsWith('2002'), places: [[2, 3, 4, 5]] },
  { isOf: startsWith('2001:0000'), places: [[4, 5, 6, 7]] },
  { isOf: startsWith('2001:0000'), places: [last], inverted: true },
  // The first byte says whether the address is globally unique.
  { isOf: (bytes) => hexOf(bytes.subarray(8, 12)).replace(/^02/, '00') === '00005efe', places: [last] },
];

/** The IPv4 addresses that traffic to this IPv6 address may reach; none for an IPv4 address. */
export function embeddedAddresses(address: string): readonly string[] {
  const bytes = isIPv6(address) ? bytesOf(address) : undefined;
  if (bytes === undefined) return [];
  return forms
    .filter(({ isOf }) => isOf(bytes))
    .flatMap(({ places, inverted }) =>
      places.map((place) => place.map((at) => (bytes[at] ?? 0) ^ (inverted === true ? 255 : 0)).join('.')),
    );
}

function startsWith(groups: string): (bytes: Uint8Array) => boolean {
  const hex = groups.replaceAll(':', '');
  return (bytes) => hexOf(bytes).startsWith(hex);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Expects a valid address. */
function bytesOf(address: string): Uint8Array {
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').flatMap(bytesOfGroup));
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

function bytesOfGroup(group: string): readonly number[] {
  if (group === '') return [];
  if (isIPv4(group)) return group.split('.').map(Number);
  const number = Number.parseInt(group, 16);
  return [number >> 8, number & 255];
}
