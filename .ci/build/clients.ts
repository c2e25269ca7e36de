import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './packages.ts';

/** The programs whose start is felt, each with its entry point. */
export const clients: Readonly<Record<string, string>> = { 'kici-admin': 'src/cli/admin/main.ts', kici: 'src/cli/kici/main.ts' };

/**
 * Bundles clients to JavaScript that starts fast: what a command does not need stays in files of its own,
 * which are loaded when it does.
 */
export async function bundleClients(names: readonly string[], output: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, clients[name] ?? name])),
    outdir: output, outExtension: { '.js': '.mjs' },
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node24', sourcemap: true, sourcesContent: false, legalComments: 'linked', minifySyntax: true, minifyWhitespace: true,
    // Packages in CommonJS ask for the modules of Node by `require`, which an ES module has to make.
    banner: { js: 'import { createRequire as kiciCreateRequire } from \'node:module\'; const require = kiciCreateRequire(import.meta.url);' },
    logLevel: 'error',
  });
  // `backend scaffold` copies these as they are.
  cpSync(join(root, 'src/cli/admin/scaffold/template'), join(output, 'template'), { recursive: true });
}
