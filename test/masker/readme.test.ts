import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMasker } from '@kici-dev/secret-masker';
import { expect, it } from 'vitest';

it("the README's example prints what it says", async () => {
  const readme = await readFile(join(import.meta.dirname, '../../src/masker/README.md'), 'utf8');
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const [, expected] = /\/\/ (.*)\n$/.exec(code) ?? [];
  const body = code.replace(/^import .*\n/, '').replace(/console\.log\((.*)\);.*\n$/, 'return $1;');
  // The page is the program under test.
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-call -- see above
  const printed: unknown = new Function('createMasker', body)(createMasker);
  expect(String(printed).trimEnd()).toBe(expected);
});
