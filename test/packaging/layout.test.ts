import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import ts from 'typescript-5.9';
import { readSource, root } from './imports.ts';

const width = 120;
const rooms = ['src', 'backends', 'test', 'docs/generate', 'bench', '.ci'];

/** Text that people write: browsers wrap pages, and the rest is pictures and generated data. */
const paths = execFileSync('git', ['ls-files', ...rooms], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && !/\.(md|json|svg|png)$/.test(path));
const files = paths.map((path) => ({ path, text: readSource(path), lines: readSource(path).trimEnd().split('\n') }));

it('the top level has what the project consists of, and nothing that somebody left there', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const names = new Set(tracked.map((path) => path.split('/', 1)[0] ?? ''));
  expect([...names].filter((name) => !name.startsWith('.'))).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'backends',
    'bench',
    'docs',
    'examples',
    'package-lock.json',
    'package.json',
    'src',
    'test',
    'tsconfig.json',
    'vitest.config.ts',
  ]);
});

it('no line is wider than the formatter allows, apart from text that it cannot break', () => {
  const wide = files
    .filter(({ lines }) => lines.some((line) => line.length > width))
    .flatMap(({ path, text }) => wideLines(path, text).map((line) => `${path}:${line}`));
  expect(wide).toEqual([]);
});

it('a file has less than 80 lines at the median, and 400 at most', () => {
  const sizes = files.map(({ lines }) => lines.length).toSorted((left, right) => left - right);
  expect(sizes.length).toBeGreaterThan(1_000);
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(80);
  expect(files.filter(({ lines }) => lines.length > 400).map(({ path }) => path)).toEqual([]);
});

it('a source file says beside one of its exports what it is for', () => {
  const silent = files
    .filter(({ path }) => /^(src|backends)\/.*\.tsx?$/.test(path) && !/(^|\/)test\//.test(path))
    .filter(({ text }) => /^export (?!\*|\{|type \{)/m.test(text) && !/\*\/\n(?:\/\/.*\n)*export /.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

it.each<[string, string, number[]]>([
  ['a comment', `// ${'word '.repeat(30)}\n/** ${'word '.repeat(30)}*/\n`, [1, 2]],
  ['code beside a string', `call(${'argument, '.repeat(13)}'text');\n`, [1]],
  ['a string', `call('${'word '.repeat(30)}');\n`, []],
  ['a template, over lines', `call(\`a\n${'word '.repeat(30)}\${b}\n// ${'word '.repeat(30)}\`);\n`, []],
  ['an expression', `const a = /${'word '.repeat(30)}/;\n`, []],
])('the width of %s', (_, text, lines) => {
  expect(wideLines('file.ts', text)).toEqual(lines);
});

/** Numbers of the lines that are too wide even without their strings, templates, expressions and addresses. */
function wideLines(path: string, text: string): readonly number[] {
  const literals = /\.(ts|tsx|mjs)$/.test(path) ? literalsIn(path, text) : [];
  let end = -1;
  return text.split('\n').flatMap((line, index) => {
    const start = end + 1;
    end = start + line.length;
    const taken = literals.map(([from, to]) => Math.max(0, Math.min(to, end) - Math.max(from, start)));
    const left = line.replace(/https?:\S+/, '').length - taken.reduce((sum, part) => sum + part, 0);
    return line.length > width && left > width ? [index + 1] : [];
  });
}

function literalsIn(path: string, text: string): readonly (readonly [from: number, to: number])[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const found: [number, number][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateExpression(node) || ts.isJsxText(node))
      found.push([node.getStart(source), node.end]);
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
