import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackages } from '../.ci/build/build.ts';
import { root } from '../.ci/build/packages.ts';

/** Lays the programs out as npm would. @returns the folder of the programs */
export async function installPublished(folder: string): Promise<string> {
  await buildPackages(join(folder, 'node_modules/@kici-dev'));
  await symlink(join(root, 'node_modules/zx'), join(folder, 'node_modules/zx'));
  return join(folder, 'node_modules/@kici-dev/kici/bin');
}
