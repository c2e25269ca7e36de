import { stat } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { kindOf, readPlainFile, UnusableFileError } from '../files/plain-file.ts';
import type { BackendPackage } from '../orchestrator/backends/types.ts';

/** Size limit of a manifest. */
const maxBytes = 1_048_576;

const manifest = z.object({
  exports: z.union([z.string(), z.looseObject({ '.': z.unknown() })]).optional(),
  main: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

/**
 * A backend package that the configuration names, loaded when a type is first requested.
 * @param name a package installed beside this one, or the path of a file or folder
 */
export function backendPackage(name: string): BackendPackage {
  const isPath = /^(?:\.{0,2}\/|[A-Za-z]:\\)/.test(name);
  return { name, load: () => (isPath ? loadPath(resolve(name)) : loadInstalled(name)) };
}

async function loadInstalled(name: string): Promise<unknown> {
  const loaded: unknown = await import(name);
  const file = findPackageJSON(name, import.meta.url);
  if (file !== undefined) await requireDependencies(file);
  return loaded;
}

async function loadPath(path: string): Promise<unknown> {
  const status = await stat(path);
  if (status.isFile()) return import(pathToFileURL(path).href);
  // Importing anything else could wait forever.
  if (!status.isDirectory())
    throw new UnusableFileError('not_a_plain_file', `is ${kindOf(status)}, not a plain file or a folder`);
  const file = join(path, 'package.json');
  const { exports, main } = await readManifest(file);
  const entry = typeof exports === 'object' ? exports['.'] : exports;
  const loaded: unknown = await import(
    pathToFileURL(join(path, typeof entry === 'string' ? entry : (main ?? 'index.js'))).href
  );
  await requireDependencies(file);
  return loaded;
}

/** An adapter loads its client library with the first call, which is too late to learn that it is missing. */
async function requireDependencies(file: string): Promise<void> {
  const { dependencies = {} } = await readManifest(file);
  const missing = Object.keys(dependencies).find((name) => !isInstalled(name, file));
  if (missing !== undefined)
    throw Object.assign(new Error(`Cannot find package '${missing}'`), { code: 'ERR_MODULE_NOT_FOUND' });
}

async function readManifest(file: string): Promise<z.output<typeof manifest>> {
  return manifest.parse(JSON.parse((await readPlainFile(file, { maxBytes, links: 'follow' })).toString()));
}

function isInstalled(name: string, from: string): boolean {
  try {
    return findPackageJSON(name, pathToFileURL(from)) !== undefined;
  } catch {
    return false;
  }
}
