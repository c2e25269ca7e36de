import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const [, ...laws] = readFileSync(join(root, 'docs/design/laws.md'), 'utf8').split(/^## /m);

describe('a law', () => {
  it.each(laws.map((law) => [law.slice(0, law.indexOf('\n')), law] as const))('%s has its tests', (_title, law) => {
    const proofs = law.slice(law.indexOf('Proven by:')).match(/(?<=`)[^`]+\.test\.ts(?=`)/g) ?? [];
    expect(proofs).not.toEqual([]);
    expect(proofs.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('stands in the page', () => {
    expect(laws.length).toBeGreaterThan(10);
  });
});
