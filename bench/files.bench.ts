import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from './row.ts';

export const name = 'files';

/** The size of the product's own source files, without tests. */
export async function run(): Promise<readonly BenchRow[]> {
  const root = join(import.meta.dirname, '..');
  const files = execFileSync('git', ['ls-files', 'src/*.ts', 'src/*.tsx', 'backends/*.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && !file.includes('/test/'));
  const lines = files
    .map((file) => readFileSync(join(root, file), 'utf8').split('\n').length - 1)
    .toSorted((left, right) => left - right);
  const at = (share: number): number => lines[Math.min(lines.length - 1, Math.floor(lines.length * share))] ?? 0;
  return [
    { what: 'source files', value: lines.length, unit: 'files' },
    { what: 'median length', value: at(0.5), unit: 'lines' },
    { what: '90th percentile', value: at(0.9), unit: 'lines' },
    { what: 'longest', value: lines.at(-1) ?? 0, unit: 'lines' },
  ];
}
