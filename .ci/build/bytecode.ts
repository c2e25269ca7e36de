import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
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
  for (const name of Object.keys(options.entryPoints)) {
    const file = join(options.outdir, `${name}.script`);
    const script = readFileSync(file, 'utf8').replaceAll(outside, 'importMeta.importModule($1)');
    writeFileSync(file, script);
    writeFileSync(join(options.outdir, `${name}.bytecode`), bytecodeOf(script));
  }
}

/** The import of what is not in the bundle, which the program does for its script. */
const outside = /\bimport\(("[^"]+")\)/g;

/** Of all functions, not only of those that a trial would call: no command is faster than another by it. */
function bytecodeOf(source: string): Uint8Array {
  // V8 takes only what was made under its own flags, so these are back before it is asked for.
  setFlagsFromString('--no-lazy');
  const script = new Script(source);
  setFlagsFromString('--lazy');
  const bytecode = script.createCachedData();
  if (new Script(source, { cachedData: bytecode }).cachedDataRejected === true)
    throw new Error('V8 does not take the bytecode that it has just made');
  return bytecode;
}
