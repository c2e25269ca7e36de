import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createMasker } from '@kici-dev/secret-masker';
import { describe, expect, it } from 'vitest';
import { valueClasses } from './support/values.ts';

const token = 'Zx8Kq-27_wLm.Tq9-Vb4tR2';
const specials = valueClasses['specials'] ?? '';
const lines = valueClasses['64 KiB'] ?? '';
const aLine = lines.split(/\n|\\n/)[10] ?? '';
const bytes = Buffer.from(token);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const spread = (text: string, by: string): string => Array.from(text).join(by);

function colons(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '$&:');
}

/** What Python makes of the value. */
function python(expression: string): string {
  const script = `import base64, codecs, pprint, reprlib, sys; v = sys.argv[1]; sys.stdout.write(${expression})`;
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script, specials], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const inPython = [
  'base64.b32encode(v.encode()).decode()',
  'base64.b85encode(v.encode()).decode()',
  'codecs.encode(v.encode(), "uu").decode()',
  'v.encode("utf-7").decode()',
  'codecs.encode(v.encode(), "quopri").decode()',
  'pprint.pformat(v.encode(), width=30)',
];

/** A value, and texts in which nothing is masked; by the page's rows. */
const seen: Readonly<Record<string, readonly (readonly [value: string, ...texts: string[]])[]>> = {
  'values under four bytes': [['q7#', 'the password is q7#, ok']],
  'compressed or encrypted': [
    [token, gzipSync(token).toString('base64'), spread(token, '\n'), Array.from(token).toReversed().join('')],
  ],
  'what a program that reads a value as something else tells of it': [
    [specials, python('reprlib.repr(v)'), specials.slice(0, 40)],
  ],
  'its bytes as numbers': [[token, `[${bytes.join(' ')}]`, JSON.stringify(bytes), spread(bytes.toString('hex'), '-')]],
  'base32, base85, uuencode, UTF-7, punycode': [[specials, ...inPython.map(python)]],
  'its words in quotes of their own': [['Zx8Kq 27wLm! Tq9Vb4tR2', `+ deploy Zx8Kq '27wLm!' Tq9Vb4tR2`]],
  'dumps in columns': [
    [token, `00000000  ${spread(bytes.toString('hex', 0, 16).replace(/../g, '$& '), '')} |${token.slice(0, 16)}|\n`],
  ],
  'a value in two lines with neither': [[token, `${token.slice(0, 12)}\n${token.slice(12)}`]],
  'a break of more than 64 bytes': [[token, `${token.slice(0, 20)}\n${' '.repeat(70)}${token.slice(20)}`]],
  'a value that repeats itself more than 1,024 times': [
    [`${'abcd'.repeat(1_500)}z`, `${'abcd'.repeat(1_400)}\n${'abcd'.repeat(100)}z`],
  ],
  'letters struck over one another': [
    [token, spread(token, '\b_').replace(/[^\b_]\b_/g, (text) => `${text[0]}\b${text}`)],
  ],
  'base64 twice over in the middle': [[token, base64(`user: ${base64(`user: ${token}`)}`)]],
  'a value over 4,096 bytes, its lines': [[lines, colons(lines), encodeURI(aLine), colons(aLine)]],
  'the name that `systemd-escape` makes': [['read/write/more', 'read-write-more.service']],
  'a leaf of a document under eight bytes': [['{"password": "q7#Kx", "token": "Zx8Kq27wLmTq9Vb4tR2"}', 'it is q7#Kx']],
};

const first = 'Zx8Kq27wLmTq9Vb4tR2h';
const marks = '\n+>\n+> \n\n \n >>> +> \n\n+\n >++ +  +++\n\n+>+>>++\n >>+\n>> \n+  >>++k7QpZ2mN9xR4vB8t';
const brokenMarks =
  '\n> \n+\n> >\n+> \n> \n\n \n> \n\n>  \n> >\n> >\n> >\n>  \n> +\n> >\n>  \n\n> \n+\n\n>  >\n> +\n> +\n>  +\n>   \n> +++\n\n> \n\n> +' +
  '>\n> +>\n> >++\n> \n \n> >>+\n> \n\n> >\n> > \n\n> + \n>  \n> >\n> >\n> ++k7QpZ2mN9xR4vB8t';

/** Where a part of the value shows. */
const partly: Readonly<Record<string, readonly [value: string, text: string, masked: string]>> = {
  'a value of little but blanks': [first + marks, first + brokenMarks, `***${brokenMarks}`],
  'a break within the first three bytes': [
    token,
    `${token.slice(0, 3)}\n${token.slice(3)}`,
    `${token.slice(0, 3)}\n***`,
  ],
};

async function rows(): Promise<readonly string[]> {
  const page = await readFile(join(import.meta.dirname, '../../docs/masking.md'), 'utf8');
  const table = page.slice(page.indexOf('| what | what was seen |')).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.slice(2));
}

it('every limit that the docs name was tried', async () => {
  const tried = [...Object.keys(seen), ...Object.keys(partly)];
  const known = await rows();
  expect(known.filter((row) => !tried.some((name) => row.startsWith(name)))).toEqual([]);
  expect(tried.filter((name) => !known.some((row) => row.startsWith(name)))).toEqual([]);
});

describe.each(Object.entries(seen))('%s', (_, tries) => {
  it.each(tries)('of value %# is shown', (value, ...texts) => {
    const masker = createMasker();
    masker.add(Buffer.from(value));
    for (const text of texts) {
      expect(masker.mask(text)).toBe(text);
    }
  });
});

it.each(Object.entries(partly))('%s stays', (_, [value, text, expected]) => {
  const masker = createMasker();
  masker.add(Buffer.from(value));
  expect(masker.mask(text)).toBe(expected);
});
