import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clients } from '../.ci/build/clients.ts';
import { root } from '../.ci/build/packages.ts';
import { writePrograms } from '../.ci/build/programs.ts';
import type { BenchRow } from './row.ts';

const rounds = 25;
const baseline = 'node -e 0';

export const name = 'startup';

/** How long the clients take to show their help, beside a Node that does nothing. Rounds are interleaved; medians. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-startup-'));
  try {
    const names = Object.keys(clients);
    await writePrograms(Object.fromEntries(names.map((one) => [one, `src/cli/bin/${one}.mjs`])), folder);
    const programs = new Map([[baseline, ['-e', '0']]]);
    for (const client of names) {
      programs.set(`${client} --help, bundled`, [join(folder, 'bin', `${client}.mjs`), '--help']);
      programs.set(`${client} --help, from source`, [join(root, `src/cli/bin/${client}.mjs`), '--help']);
    }
    return rows(measure(programs));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function measure(programs: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const times = new Map([...programs.keys()].map((what) => [what, new Array<number>()]));
  for (let round = 0; round < rounds; round++) {
    for (const [what, args] of programs) {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args);
      if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr.toString()}`);
      times.get(what)?.push(performance.now() - start);
    }
  }
  return new Map(
    [...times].map(([what, all]) => [
      what,
      all.toSorted((left, right) => left - right)[Math.floor(all.length / 2)] ?? 0,
    ]),
  );
}

function rows(medians: ReadonlyMap<string, number>): readonly BenchRow[] {
  const nothing = medians.get(baseline) ?? 0;
  return [...medians].flatMap(([what, ms]): BenchRow[] =>
    what === baseline
      ? [{ what, value: ms, unit: 'ms' }]
      : [
          { what, value: ms, unit: 'ms', baseline, ratio: ms / nothing },
          {
            what: `  above ${baseline}`,
            value: ms - nothing,
            unit: 'ms',
            ...(what.endsWith('bundled') && { goal: { atMost: 25 } }),
          },
        ],
  );
}
