import { BackendError, parseScopePath, type ScopePath, type UnnameableSecret } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';

/** The requested part of a path: version 2's API puts it between mount and path, version 1 has only one. */
export type Part = 'data' | 'metadata' | 'subkeys';

/**
 * Encodes each segment: the URL parser would otherwise cut, merge or decode them.
 * @throws BackendError `invalid_argument` for segments that would lead elsewhere
 */
export function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => {
      if (segment === '' || segment === '.' || segment === '..')
        throw new BackendError('invalid_argument', { detail: 'a path has an empty, "." or ".." segment' });
      return encodeURIComponent(segment);
    })
    .join('/');
}

/** Where the server describes the mount, to everybody with any right below it. */
export function descriptionOf({ mount }: VaultConfig): string {
  return `/sys/internal/ui/mounts/${encodePath(mount)}`;
}

export function pathOf(config: VaultConfig, version: 1 | 2, part: Part, scope: ScopePath): string {
  return `${rootOf(config, version, part)}${encodePath(scope)}`;
}

/** The address that lists a folder; `undefined`: everything. */
export function folderOf(config: VaultConfig, version: 1 | 2, folder: ScopePath | undefined): string {
  const root = rootOf(config, version, 'metadata');
  return `${folder === undefined ? root : `${root}${encodePath(folder)}/`}?list=true`;
}

function rootOf({ mount, basePath }: VaultConfig, version: 1 | 2, part: Part): string {
  return `/${[mount, ...(version === 2 ? [part] : []), ...(basePath === '' ? [] : [basePath])].map((path) => (path === part ? path : encodePath(path))).join('/')}/`;
}

export interface Children {
  /** Paths that hold fields. */
  readonly paths: readonly ScopePath[];
  readonly folders: readonly ScopePath[];
  readonly unnameable: readonly UnnameableSecret[];
}

/** Separates a folder's entries: `foo` is a path and `foo/` a folder, and both can exist. */
export function childrenOf(folder: ScopePath | undefined, names: readonly string[]): Children {
  const paths: ScopePath[] = [];
  const folders: ScopePath[] = [];
  const unnameable: UnnameableSecret[] = [];
  for (const name of new Set(names)) {
    const isFolder = name.endsWith('/');
    const whole = `${folder === undefined ? '' : `${folder}/`}${name}`;
    const scope = parseScopePath(isFolder ? whole.slice(0, -1) : whole);
    if (!scope.ok) unnameable.push({ name: whole, reason: scope.reason });
    else (isFolder ? folders : paths).push(scope.value);
  }
  return { paths, folders, unnameable };
}
