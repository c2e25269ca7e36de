import { chmodSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackages } from './build.ts';
import { publishedPackages } from './packages.ts';

/** For the group that the image's user has, as every other user of a container has it on OpenShift. */
const dataFolderMode = 0o770;
const programs = ['kici-admin', 'kici-orchestrator'];

/**
 * Builds the packages and lays them out as a container image has them: each in the folder that the links of an
 * installed `node_modules` lead to.
 * @param output gets `root`, which is copied to `/`
 */
export async function layOutImage(output: string): Promise<void> {
  const built = join(output, 'built');
  await buildPackages(built);
  for (const { folder, outputName } of publishedPackages())
    cpSync(join(built, outputName), join(output, 'root/app', folder), { recursive: true });
  const bin = join(output, 'root/usr/local/bin');
  mkdirSync(bin, { recursive: true });
  for (const name of programs) symlinkSync(`/app/bin/${name}.mjs`, join(bin, name));
  const home = join(output, 'root/var/lib/kici');
  mkdirSync(home, { recursive: true });
  chmodSync(home, dataFolderMode);
}

if (process.argv[1] === import.meta.filename) await layOutImage(process.argv[2] ?? 'image');
