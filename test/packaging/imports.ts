import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const root: string = resolve(import.meta.dirname, '../..');

/** Every module that a source text names: static, type-only, dynamic and re-exported. */
export function importedModules(source: string): readonly string[] {
  const code = withoutComments(source);
  const patterns = [
    /(?:^|[\s;}])(?:import|export)\b[^'"`;()]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /(?:^|[\s;}])import\s*['"]([^'"\n]+)['"]/g,
    /(?<![.\w])(?:import|require|require\.resolve|import\.meta\.resolve)\s*\(\s*['"`]([^'"`]+)['"`]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].flatMap((match) => match[1] ?? []));
}

function withoutComments(source: string): string {
  // Strings are matched first, so that a `//` in an address is not a comment.
  return source.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, text: string | undefined) => text ?? '',
  );
}

/** Source files below a folder of the repository, without tests and installed packages. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts|mjs|js|tsx)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|test|dist)\//.test(path))
    .toSorted();
}

export function readSource(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly license?: string;
}

export function readManifest(folder: string): Manifest {
  const parsed: unknown = JSON.parse(readSource(join(folder, 'package.json')));
  if (!isManifest(parsed)) throw new Error(`${folder}/package.json has no name`);
  return parsed;
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
