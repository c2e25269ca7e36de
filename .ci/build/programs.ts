import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleClients, bundleStepHost } from './clients.ts';
import { root } from './packages.ts';

/** Whether a command is called that only the larger script of `kici` has. A workflow may have its name. */
const callsOthers =
  "(args[0] !== 'run' && args.some((one) => one === 'types' || one === 'check')) || args.includes('--dry-run')";

/** How a published program finds what it imports in a checkout; the server's files are as they are compiled. */
const places: readonly (readonly [string | RegExp, string])[] = [
  ["await import('../kici/early.ts')", "startBundle(import.meta, 'kici-early')"],
  ["await import('../kici/main.ts')", `startBundle(import.meta, ${callsOthers} ? 'kici' : 'kici-run')`],
  ["await import('../admin/main.ts')", "startBundle(import.meta, 'kici-admin')"],
  [/import\('\.\.\/(.*)\.ts'\)/, "import('../src/cli/$1.js')"],
];

const stepHost = `import * as sdk from '@kici-dev/sdk';
startBundle(import.meta, 'step-host', { '@kici-dev/sdk': sdk });
`;

/**
 * Writes the programs and what they load.
 * @param files of the programs, by name, relative to the root
 */
export async function writePrograms(files: Readonly<Record<string, string>>, target: string): Promise<void> {
  const bundle = join(target, 'bundle');
  await Promise.all([bundleClients(bundle), bundleStepHost(bundle)]);
  writeFileSync(join(bundle, 'step-host.mjs'), withStartBundle(stepHost));
  mkdirSync(join(target, 'bin'));
  for (const [name, file] of Object.entries(files)) {
    const source = readFileSync(join(root, file), 'utf8');
    const text = places.reduce((before, [from, to]) => before.replace(from, to), source);
    writeFileSync(join(target, 'bin', `${name}.mjs`), withStartBundle(text), { mode: 0o755 });
  }
}

/** Text that calls it brings it along: each further file takes half a millisecond. */
export function withStartBundle(text: string): string {
  if (!text.includes('startBundle(')) return text;
  const start = readFileSync(join(import.meta.dirname, 'start-bundle.mjs'), 'utf8');
  return `${text}\n${start.replace(/^export /m, '')}`;
}
