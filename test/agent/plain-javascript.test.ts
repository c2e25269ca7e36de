import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProject, withSteps } from './support/project.ts';

interface Verdict {
  readonly taken: number;
  readonly different: readonly string[];
}

function look(texts: readonly string[], runs = 0, seed = 0): Verdict {
  const script = join(import.meta.dirname, 'support/plain-texts.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [script, String(runs), String(seed)], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const verdict: Verdict = JSON.parse(stdout);
  return verdict;
}

describe('a text that is taken for plain JavaScript', () => {
  it('is one of which Node.js would strip nothing', () => {
    const { taken, different } = look([], 2_500, 20_261_129);
    expect(different).toEqual([]);
    expect(taken).toBeGreaterThan(100);
  });

  it('is never one that means something else in TypeScript', () => {
    const { taken, different } = look([
      'f(a<b,c>(d))',
      'new A<B>(c)',
      'const x = a<b>``',
      'type\nX = 1',
      'declare\nlet x',
      'abstract\nclass A {}',
      'class A { readonly\nx }',
      'class A { declare // c\nx }',
      'x\nas\n(y)',
      'let x = y\n!z',
      '\uFEFFlet x = 1',
      'const a: number = 1',
      'enum A { b }',
      'if (',
      '',
    ]);
    expect(different).toEqual([]);
    // The empty one.
    expect(taken).toBe(1);
  });

  it('may be a workflow as the documentation has it', () => {
    const folder = join(import.meta.dirname, '../fixtures/workflows');
    const { taken, different } = look(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')));
    expect(different).toEqual([]);
    expect(taken).toBeGreaterThan(0);
  });

  it('runs as it is, with what it imports, and is never run to see what it is', async () => {
    const project = await makeProject({
      'main.ts': `import { word } from '../word.ts';\nconsole.log('IMPORTED');\n${withSteps("step('one', async () => { console.log(word); })", 'env: {}')}`,
      '.kici/word.ts': 'export const word = "plain";',
    });
    const { code, stdout, stderr } = await project.run('run');
    expect(code).toBe(0);
    expect(stdout).toContain('IMPORTED\nplain\n');
    expect(stderr).toBe('IMPORTED\n');
  });
});
