import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellsOf, type Cell } from './support/cells.ts';
import { isInstalled, tools } from './support/tools.ts';

/** Rows of the page's table: where a cell may show a value, and why. */
async function limits(): Promise<readonly string[]> {
  const page = await readFile(join(import.meta.dirname, '../../docs/masking.md'), 'utf8');
  return [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, limit = '']) => limit);
}

function nameOf({ tool, dialect, valueClass }: Cell): string {
  return `${tool}: ${dialect.replace(/, C(?:\.UTF-8)?$/, '')} × ${valueClass}`;
}

describe.each(tools)('what %s prints of a value', (tool) => {
  it.skipIf(!isInstalled(tool))(
    'is masked in every dialect and for every kind of value, or is a limit that the docs name',
    async () => {
      const cells = cellsOf(tool);
      expect(cells.length).toBeGreaterThan(100);
      const shown = new Map(cells.filter(({ left }) => left.length > 0).map((cell) => [nameOf(cell), cell]));
      const known = await limits();
      expect([...shown.keys()].filter((name) => !known.includes(name))).toEqual([]);
      // A limit that is none any more leaves the docs.
      expect(known.filter((limit) => limit.startsWith(`${tool}: `) && !shown.has(limit))).toEqual([]);
    },
  );
});
