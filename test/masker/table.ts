import { cellsOf } from './support/cells.ts';
import { isInstalled, tools } from './support/tools.ts';
import { valueClasses } from './support/values.ts';

// Usage: npx node test/masker/table.ts [--all]
// Shows how each tool of this machine prints each kind of value: masked, or what remains readable.
const all = process.argv.includes('--all');
for (const tool of tools) {
  if (!isInstalled(tool)) {
    console.log(`${tool}: not proven, it is not installed`);
    continue;
  }
  const cells = cellsOf(tool);
  const masked = cells.filter(({ left }) => left === undefined).length;
  const dialects = new Set(cells.map(({ dialect }) => dialect)).size;
  console.log(
    `${tool}: ${masked} of ${cells.length} cells masked (${dialects} dialects × ${Object.keys(valueClasses).length} kinds of value)`,
  );
  for (const cell of cells)
    if (all || cell.left !== undefined)
      console.log(
        `  ${cell.dialect} × ${cell.valueClass}: ${cell.left === undefined ? 'masked' : `shows ${JSON.stringify(cell.left)} in ${JSON.stringify(cell.masked.slice(0, 200))}`}`,
      );
}
