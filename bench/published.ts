import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackages } from '../.ci/build/build.ts';

/** Lays the programs out as npm would. @returns the folder of the programs */
export async function installPublished(folder: string): Promise<string> {
  await buildPackages(join(folder, 'node_modules/@kici-dev'));
  return join(folder, 'node_modules/@kici-dev/kici/bin');
}

/** The server as it is published, where it finds in the checkout what others have published. */
export async function installServer(): Promise<{ readonly program: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.kici-bench-'));
  const bin = await installPublished(folder);
  return { program: join(bin, 'kici-orchestrator.mjs'), remove: () => rm(folder, { recursive: true }) };
}
