import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const glossary = 'docs/design/glossary.md';
const [termsPart = '', retiredPart = ''] = readFileSync(join(root, glossary), 'utf8').split('## Retired words');
const rows = (text: string): string[][] =>
  [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '));
const quoted = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

const terms = rows(termsPart).map(([term, , where]) => ({ name: quoted(term)[0] ?? '', file: quoted(where)[0] ?? '' }));
const retired = rows(retiredPart).flatMap(([words]) => quoted(words));

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|tsx|mjs|md|yml|css)$/.test(file));
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const declares = (text: string, name: string): boolean =>
  new RegExp(`^export (abstract )?(type|interface|class) ${name}\\b`, 'm').test(text);

describe('a term of the glossary', () => {
  it.each(terms)('$name is declared in $file and nowhere else', ({ name, file }) => {
    const declared = [...texts].filter(([path, text]) => path.startsWith('src/') && declares(text, name));
    expect(declared.map(([path]) => path)).toEqual([file]);
  });

  it('is one of many', () => {
    expect(terms.length).toBeGreaterThan(30);
  });
});

describe('a retired word', () => {
  it.each(retired)('%s is in no file', (word) => {
    const used = word.endsWith('.ts')
      ? files.filter((file) => basename(file) === word && file.startsWith('src/'))
      : [...texts]
          .filter(([file, text]) => file !== glossary && text.toLowerCase().includes(word))
          .map(([file]) => file);
    expect(used).toEqual([]);
  });

  it('is one of several', () => {
    expect(retired.length).toBeGreaterThan(8);
  });
});
