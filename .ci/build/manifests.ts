import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publishedPackages, root, workspaceFolders } from './packages.ts';

/**
 * Writes what `npm ci` reads, and nothing that changes with the code: for the whole checkout, and for what the product
 * needs when it runs. Both keep the lock file, so an image holds the versions that were tested.
 * @param output gets the folders `all` and `production`
 */
export function writeManifests(output: string): void {
  const product = publishedPackages().find(({ folder }) => folder === '.');
  const published = publishedPackages().filter(({ folder }) => folder !== '.');
  const all = join(output, 'all');
  const production = join(output, 'production');
  for (const folder of ['.', ...workspaceFolders()]) copyInto(all, join(folder, 'package.json'));
  for (const { folder } of published) copyInto(production, join(folder, 'package.json'));
  for (const target of [all, production]) for (const file of ['package-lock.json', '.npmrc']) copyInto(target, file);
  const { devDependencies: _, scripts: __, ...manifest } = product?.manifest ?? {};
  const workspaces = published.map(({ folder }) => folder);
  writeFileSync(join(production, 'package.json'), `${JSON.stringify({ ...manifest, workspaces }, null, 2)}\n`);
}

function copyInto(target: string, file: string): void {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  cpSync(join(root, file), join(target, file));
}

if (process.argv[1] === import.meta.filename) writeManifests(process.argv[2] ?? 'manifests');
