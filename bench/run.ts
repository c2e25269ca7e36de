import { readdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { verdictOf, type Bench, type BenchRow } from './row.ts';

// Usage: npm run bench [-- NAME…] [--json FILE]
const args = process.argv.slice(2);
const jsonAt = args.indexOf('--json');
const jsonFile = jsonAt < 0 ? undefined : args[jsonAt + 1];
const wanted = args.filter((_, index) => jsonAt < 0 || (index !== jsonAt && index !== jsonAt + 1));

function isBench(module: unknown): module is Bench {
  return (
    typeof module === 'object' &&
    module !== null &&
    'run' in module &&
    typeof module.run === 'function' &&
    'name' in module
  );
}

const results: Record<string, readonly BenchRow[]> = {};
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg() };
console.log(
  `Node ${machine.node}, ${machine.cores} × ${machine.cpu}, load ${machine.load.map((value) => value.toFixed(2)).join(' ')}`,
);
for (const file of (await readdir(import.meta.dirname)).toSorted()) {
  if (!file.endsWith('.bench.ts')) continue;
  const module: unknown = await import(`./${file}`);
  if (!isBench(module)) throw new Error(`bench/${file} does not export name and run`);
  if (wanted.length > 0 && !wanted.includes(module.name)) continue;
  console.log(`\n${module.name}  (npm run bench -- ${module.name})`);
  const rows = await module.run();
  results[module.name] = rows;
  for (const row of rows) {
    const ratio = row.ratio === undefined ? '' : `  ${row.ratio.toPrecision(3)} × ${row.baseline ?? 'baseline'}`;
    console.log(
      `  ${row.what.padEnd(58)} ${row.value.toPrecision(5).padStart(10)} ${row.unit.padEnd(10)}${ratio}${verdictOf(row)}`,
    );
  }
}
if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify({ machine, results }, null, 2)}\n`);
