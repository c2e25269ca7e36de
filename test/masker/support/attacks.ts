/** Texts that have confused searches, as seeds: the result must equal a plain search's. */
export interface Attack {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly text: string;
}

const long = 'k7QpZ2mN9xR4vB8tL3wY6cD1fG5hJ0sAeUiOoPqWzXn';
const every = (length: number, of: (index: number) => string): string =>
  Array.from({ length }, (_, index) => of(index)).join('');

export const attacks: readonly Attack[] = [
  { name: 'floods of a beginning', patterns: [`${'ab'.repeat(30)}c`], text: `${'ab'.repeat(20_000)}c` },
  { name: 'floods of one byte', patterns: ['a'.repeat(19), `${'a'.repeat(40)}b`], text: `${'a'.repeat(30_000)}b` },
  { name: 'near misses', patterns: [long], text: every(2_000, (index) => `${long.slice(0, index % long.length)}!`) },
  { name: 'nothing but secrets', patterns: [long, long.toLowerCase()], text: (long + long.toLowerCase()).repeat(500) },
  {
    name: 'secrets that begin in one another',
    patterns: [long, long.slice(9) + long.slice(0, 9)],
    text: long.repeat(300),
  },
  {
    name: 'secrets in one another',
    patterns: [long, long.slice(5, 12), long.slice(20, 24)],
    text: `${long.slice(0, 30)} ${long} ${long.slice(5, 25)}`.repeat(200),
  },
  {
    name: 'every place in a stride',
    patterns: [long.slice(0, 19), long.slice(3, 14), long.slice(8, 15), long.slice(11, 15)],
    text: every(
      300,
      (index) =>
        `${'.'.repeat(index % 37)}${long.slice(0, 19)}${'.'.repeat(index % 17)}${long.slice(3, 14)}${'.'.repeat(index % 9)}${long.slice(8, 15)}${'.'.repeat(index % 5)}${long.slice(11, 15)}`,
    ),
  },
  {
    name: 'hex',
    patterns: [Buffer.from(long).toString('hex')],
    text: every(3_000, (index) =>
      index % 50 === 0 ? Buffer.from(long).toString('hex') : (index * 2_654_435_761).toString(16),
    ),
  },
  {
    name: 'the longest that ends where a shorter begins',
    patterns: [`${long}ab`, 'ab1234', '1234xyzw'],
    text: `${long}ab1234xyzw ${long}ab ab1234 1234xyzw`.repeat(100),
  },
];
