import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeLane, type Lane } from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it } from 'vitest';
import { cellsOf, type Cell } from './support/cells.ts';
import { isInstalled, tools } from './support/tools.ts';

/** Rows of the page's table: where a cell may show a value, and why. One may name several dialects of a tool. */
async function limits(): Promise<readonly string[]> {
  const page = await readFile(join(import.meta.dirname, '../../docs/masking.md'), 'utf8');
  return [...page.matchAll(/^\| `([^:`]+): ([^`]+) × ([^`]+)` \|/gm)].flatMap(([, tool, dialects = '', valueClass]) =>
    dialects.split('; ').map((dialect) => `${tool}: ${dialect} × ${valueClass}`),
  );
}

function nameOf({ tool, dialect, valueClass }: Cell): string {
  return `${tool}: ${dialect.replace(/, C(?:\.UTF-8)?$/, '')} × ${valueClass}`;
}

describe('what a tool prints of a value', () => {
  for (const tool of tools) describeLane({ describe, test: it }, laneOf(tool), () => proveTool(tool));
});

function laneOf(tool: string): Lane {
  return { name: tool, missing: isInstalled(tool) ? undefined : `there is no ${tool}; \`.ci/setup\` installs it` };
}

function proveTool(tool: string): void {
  it('is masked in every dialect and for every kind of value, or is a limit that the docs name', async () => {
    const cells = cellsOf(tool);
    expect(cells.length).toBeGreaterThan(20);
    const shown = new Map(cells.filter(({ left }) => left !== undefined).map((cell) => [nameOf(cell), cell]));
    const known = await limits();
    expect([...shown.keys()].filter((name) => !known.includes(name))).toEqual([]);
    // A limit that no longer applies must leave the docs.
    expect(known.filter((limit) => limit.startsWith(`${tool}: `) && !shown.has(limit))).toEqual([]);
  });
}
