import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeModules } from './clients.ts';
import { compile } from './compile.ts';
import { publishedPackages, root, type Manifest, type Package } from './packages.ts';
import { writePrograms } from './programs.ts';

/**
 * Builds every package for publishing into `<output>/<package>`: JavaScript, declarations, source maps, and a manifest
 * whose exports point to them.
 */
export async function buildPackages(output: string): Promise<void> {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const compiled = mkdtempSync(join(output, '.compiled-'));
  compile(compiled);
  const packages = publishedPackages();
  for (const one of packages) {
    const target = join(output, one.outputName);
    if (one.folder === '.') {
      const inside = new Set(packages.map(({ folder }) => join(root, folder)));
      cpSync(join(compiled, 'src'), join(target, 'src'), {
        recursive: true,
        filter: (source) => !inside.has(source.replace(compiled, root)),
      });
      addPage(target);
      // oxlint-disable-next-line no-await-in-loop -- there is one product
      await writePrograms(one.manifest.bin ?? {}, target);
    } else {
      cpSync(join(compiled, one.folder), target, { recursive: true });
      // oxlint-disable-next-line no-await-in-loop -- there is one SDK
      if (one.folder === 'src/sdk') await mergeModules(target);
    }
    writeFileSync(join(target, 'package.json'), `${JSON.stringify(publishedManifest(one, packages), null, 2)}\n`);
    cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
    for (const file of ['README.md', 'Dockerfile'])
      if (existsSync(join(root, one.folder, file))) cpSync(join(root, one.folder, file), join(target, file));
  }
  rmSync(compiled, { recursive: true });
}

/** Built where the server looks for it. */
function addPage(target: string): void {
  const folder = join(target, 'src/dashboard/dist');
  const build = ['run', '--silent', 'build', '--workspace', 'src/dashboard', '--', '--outDir', folder];
  execFileSync('npm', build, { cwd: root, stdio: 'inherit' });
}

function publishedManifest(one: Package, packages: readonly Package[]): object {
  const {
    private: _,
    workspaces: __,
    scripts: ___,
    devDependencies: ____,
    allowScripts: _____,
    ...published
  } = one.manifest;
  if (one.folder === '.') return { ...published, ...productFields(one.manifest, packages) };
  const entry = (source: string): object => ({
    types: source.replace(/\.ts$/, '.d.ts'),
    default: source.replace(/\.ts$/, '.js'),
  });
  const exports = Object.fromEntries(
    Object.entries(one.manifest.exports ?? {}).map(([name, source]) => [name, entry(source)]),
  );
  return { ...published, exports, files: ['**/*.js', '**/*.d.ts', '**/*.map', 'Dockerfile'], sideEffects: false };
}

/** A checkout finds its workspaces automatically; the published product must name them. */
function productFields(manifest: Manifest, packages: readonly Package[]): object {
  const versions = (wanted: (one: Package) => boolean): Record<string, string> =>
    Object.fromEntries(
      packages
        .filter((one) => one.folder !== '.' && wanted(one))
        .map((one) => [one.manifest.name, one.manifest.version]),
    );
  const isClient = ({ folder }: Package): boolean => folder.startsWith('backends/') && folder !== 'backends/internal';
  // An operator installs only the clients of the services in use.
  const peers = versions(isClient);
  return {
    files: ['bin', 'bundle', 'src'],
    dependencies: {
      ...versions((one) => !isClient(one) && one.folder !== 'src/conformance'),
      ...manifest.dependencies,
    },
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
    bin: Object.fromEntries(Object.keys(manifest.bin ?? {}).map((name) => [name, `bin/${name}.mjs`])),
  };
}

if (process.argv[1] === import.meta.filename) await buildPackages(join(root, 'dist'));
