import { formatScopeId, type ScopePath, type UnlistedScope } from '@kici-dev/secret-backend';
import type { OperationInput } from '../handlers.ts';

type Part = Pick<OperationInput<'scopes.list'>, 'folder' | 'text' | 'holding' | 'collapse' | 'limit'>;

export type ScopeRow =
  | { readonly kind: 'scope'; readonly path: ScopePath }
  | { readonly kind: 'folder'; readonly folder: string; readonly scopes: number };

interface ScopesOfBackend {
  readonly backend: string;
  /** In their order. */
  readonly paths: readonly ScopePath[];
}

/**
 * What is asked for of a backend's scopes: those below a folder, with a text, where one is, and large folders as a row.
 */
export function rowsOf(
  { backend, paths }: ScopesOfBackend,
  { folder, text, holding, collapse, limit }: Part,
): { readonly rows: readonly ScopeRow[]; readonly total: number } {
  const start = folder === undefined ? '' : `${folder}/`;
  const wanted = text?.toLowerCase().split(/\s+/) ?? [];
  const segment = holding?.startsWith(start) === true ? firstSegment(start, holding) : undefined;
  const found = paths.filter(
    (path) =>
      path.startsWith(start) &&
      (holding === undefined || firstSegment(start, path) === segment) &&
      hasAll(formatScopeId({ backend, path }).toLowerCase(), wanted),
  );
  const rows = collapse === undefined ? found.map(scopeRow) : collapsed(found, start, collapse);
  return { rows: rows.slice(0, limit), total: rows.length };
}

function hasAll(text: string, parts: readonly string[]): boolean {
  return parts.every((part) => text.includes(part));
}

function collapsed(paths: readonly ScopePath[], start: string, most: number): readonly ScopeRow[] {
  return [...Map.groupBy(paths, (path) => firstSegment(start, path))].flatMap(([name, own]) => {
    const folder = `${start}${name}`;
    const below = own.filter((path) => path !== folder);
    return [
      ...own.filter((path) => path === folder || below.length <= most).map(scopeRow),
      ...(below.length > most ? [{ kind: 'folder', folder, scopes: below.length } as const] : []),
    ];
  });
}

function firstSegment(start: string, path: string): string {
  return path.slice(start.length).split('/', 1)[0] ?? '';
}

function scopeRow(path: ScopePath): ScopeRow {
  return { kind: 'scope', path };
}

/** Whether what is not known may be missing below the folder. */
export function concerns(
  folder: string | undefined,
  { scope, depth }: Pick<UnlistedScope, 'scope' | 'depth'>,
): boolean {
  if (folder === undefined || scope.startsWith(`${folder}/`)) return true;
  return depth !== 'scope' && (scope === folder || folder.startsWith(`${scope}/`));
}
