import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { BackendPackage } from '../orchestrator/backends/types.ts';

const manifest = z.object({
  exports: z.union([z.string(), z.object({ '.': z.string() })]).optional(),
  main: z.string().optional(),
});

/** @param name a package that is installed beside this one, or the path of a file or folder */
export function backendPackage(name: string): BackendPackage {
  return {
    name,
    load: async () =>
      /^(?:\.{0,2}\/|[A-Za-z]:\\)/.test(name) ? import(pathToFileURL(await entryOf(resolve(name))).href) : import(name),
  };
}

async function entryOf(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return path;
  const { exports, main } = manifest.parse(JSON.parse(await readFile(join(path, 'package.json'), 'utf8')));
  return join(path, (typeof exports === 'object' ? exports['.'] : exports) ?? main ?? 'index.js');
}
