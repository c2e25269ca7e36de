import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packages.ts';

/**
 * Compiles all of src and backends at once, without tests: JavaScript, declarations and source maps, in the checkout's
 * layout.
 * @param output an empty folder
 */
export function compile(output: string): void {
  const configuration = join(output, 'tsconfig.json');
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        rootDir: root,
        outDir: output,
        declaration: true,
        sourceMap: true,
        inlineSources: true,
        resolveJsonModule: true,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [join(root, 'src'), join(root, 'backends')],
      exclude: [
        join(root, '**/node_modules'),
        join(root, 'backends/*/test'),
        join(root, 'src/cli/admin/scaffold/template'),
        join(root, 'src/dashboard'),
        join(root, '**/*.test.ts'),
      ],
    }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', configuration], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) renameImports(join(output, file));
  }
}

/** The compiler rewrites `./x.ts` in JavaScript but not in declarations. */
function renameImports(file: string): void {
  const text = readFileSync(file, 'utf8');
  const renamed = text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2');
  if (renamed !== text) writeFileSync(file, renamed);
}
