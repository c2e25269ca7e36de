import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

/** What `start-bundle.mjs` calls: a function in place of a module, which can have no bytecode beside it. */
const asFunction: BuildOptions = {
  format: 'cjs',
  banner: { js: '(function (module, require, importMeta) {' },
  footer: { js: '})' },
  define: { 'import.meta': 'importMeta' },
  outExtension: { '.js': '.script' },
};

/** Bundles each entry point to a script of its name, and its bytecode, for `start-bundle.mjs`. */
export async function bundleScripts(
  options: BuildOptions & { readonly entryPoints: Readonly<Record<string, string>>; readonly outdir: string },
): Promise<void> {
  await build({ ...options, ...asFunction });
  const files = Object.keys(options.entryPoints).map((name) => join(options.outdir, name));
  for (const file of files) {
    const script = readFileSync(`${file}.script`, 'utf8');
    writeFileSync(`${file}.script`, script.replaceAll(outside, 'importMeta.importModule($1)'));
  }
  writeBytecode(files);
}

/** The import of what is not in the bundle, which the program does for its script. */
const outside = /\bimport\(("[^"]+")\)/g;

/**
 * Writes the bytecode of scripts, and the stamp of each, beside them.
 * @param files without their endings
 */
export function writeBytecode(files: readonly string[]): void {
  // Its own process and no variables: bytecode is of the flags that it was made under, coverage among them.
  execFileSync(process.execPath, [join(import.meta.dirname, 'write-bytecode.ts'), ...files], { env: {} });
}
