import { join } from 'node:path';
import { buildPackages } from '../.ci/build/build.ts';

/** Lays the programs out as npm would. @returns the folder of the programs */
export async function installPublished(folder: string): Promise<string> {
  await buildPackages(join(folder, 'node_modules/@kici-dev'));
  return join(folder, 'node_modules/@kici-dev/kici/bin');
}
