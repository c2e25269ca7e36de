import { readFile, stat } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { BackendPackage } from '../orchestrator/backends/types.ts';

const manifest = z.object({
  exports: z.union([z.string(), z.looseObject({ '.': z.unknown() })]).optional(),
  main: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

/** @param name a package that is installed beside this one, or the path of a file or folder */
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
  if (!(await stat(path)).isDirectory()) return import(pathToFileURL(path).href);
  const file = join(path, 'package.json');
  const { exports, main } = manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  const entry = typeof exports === 'object' ? exports['.'] : exports;
  const loaded: unknown = await import(
    pathToFileURL(join(path, typeof entry === 'string' ? entry : (main ?? 'index.js'))).href
  );
  await requireDependencies(file);
  return loaded;
}

/** An adapter loads its client library with the first call, which is late to hear that there is none. */
async function requireDependencies(file: string): Promise<void> {
  const { dependencies = {} } = manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  const missing = Object.keys(dependencies).find((name) => !isInstalled(name, file));
  if (missing !== undefined)
    throw Object.assign(new Error(`Cannot find package '${missing}'`), { code: 'ERR_MODULE_NOT_FOUND' });
}

function isInstalled(name: string, from: string): boolean {
  try {
    return findPackageJSON(name, pathToFileURL(from)) !== undefined;
  } catch {
    return false;
  }
}
