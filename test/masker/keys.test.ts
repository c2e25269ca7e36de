import { createHash } from 'node:crypto';
import { createMasker } from '@kici-dev/secret-masker';
import { expect, it } from 'vitest';
import { windows } from './support/cells.ts';

const body = Buffer.concat([0, 1, 2, 3, 4, 5].map((part) => createHash('sha256').update(`key ${part}`).digest()))
  .toString('base64')
  .slice(0, -2);
const inLines = (width: number): readonly string[] => body.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
const [begin, end] = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'];
const block = (width: number, gap = '\n'): string => [begin, ...inLines(width), end].join(gap);

const layouts = {
  '64 columns': block(64),
  '76 columns': block(76),
  '48 columns': block(48),
  '20 columns': block(20),
  'one line': block(body.length),
  'CR and LF': block(64, '\r\n'),
  'an indented block': block(64, '\n    '),
  'one line with blanks': block(64, ' '),
  'one line with escapes': block(64, String.raw`\n`),
  'one line with semicolons': block(64, ';'),
  'a block with headers': block(64).replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789\n\n'),
};
const pairs = Object.entries(layouts).flatMap(([stored, value]) =>
  Object.entries(layouts).map(([printed, text]) => ({ stored, printed, value, text })),
);

it.each(pairs)('a key stored as $stored is masked as $printed', ({ value, text }) => {
  const masker = createMasker();
  masker.add(Buffer.from(value));
  const masked = masker.mask(`key: ${text} and more`).replace(/\\n|[^A-Za-z0-9+/=*]/g, '');
  expect(windows(body, 8).filter((part) => masked.includes(part))).toEqual([]);
});
