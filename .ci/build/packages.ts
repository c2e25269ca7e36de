import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export const root: string = resolve(import.meta.dirname, '../..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface Package {
  /** Relative to the root; `.` is the product itself. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The package's name without its scope, as in `dist/<name>`. */
  readonly outputName: string;
}

/** Every published package: the workspaces that are not private, and the product. */
export function publishedPackages(): readonly Package[] {
  const workspaces = workspaceFolders().map(read);
  return [...workspaces.filter(({ manifest }) => manifest.private !== true), read('.')];
}

/** Relative to the root, also those that are not published. */
export function workspaceFolders(): readonly string[] {
  return (read('.').manifest.workspaces ?? []).flatMap(expand);
}

function expand(pattern: string): string[] {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(join(root, parent))
    .toSorted()
    .map((name) => join(parent, name));
}

function read(folder: string): Package {
  const manifest: unknown = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  if (!isManifest(manifest)) throw new Error(`${folder}/package.json has no name and version`);
  return { folder, manifest, outputName: basename(manifest.name) };
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'version' in value &&
    typeof value.version === 'string'
  );
}
