import { formatScopeId, type ScopePath } from '@kici-dev/secret-backend';
import type { OperationInput } from '../handlers.ts';

type Part = Pick<OperationInput<'scopes.list'>, 'folder' | 'text' | 'collapse' | 'limit'>;

export type ScopeRow =
  | { readonly kind: 'scope'; readonly path: ScopePath }
  | { readonly kind: 'folder'; readonly folder: string; readonly scopes: number };

interface ScopesOfBackend {
  readonly backend: string;
  /** In their order. */
  readonly paths: readonly ScopePath[];
}

/** What is asked for of a backend's scopes: those below a folder, with a text, and large folders as one row each. */
export function rowsOf(
  { backend, paths }: ScopesOfBackend,
  { folder, text, collapse, limit }: Part,
): { readonly rows: readonly ScopeRow[]; readonly total: number } {
  const start = folder === undefined ? '' : `${folder}/`;
  const wanted = text?.toLowerCase().split(/\s+/) ?? [];
  const found = paths.filter(
    (path) => path.startsWith(start) && hasAll(formatScopeId({ backend, path }).toLowerCase(), wanted),
  );
  const rows = collapse === undefined ? found.map(scopeRow) : collapsed(found, start, collapse);
  return { rows: rows.slice(0, limit), total: rows.length };
}

function hasAll(text: string, parts: readonly string[]): boolean {
  return parts.every((part) => text.includes(part));
}

function collapsed(paths: readonly ScopePath[], start: string, most: number): readonly ScopeRow[] {
  const firstSegment = (path: string): string => path.slice(start.length).split('/', 1)[0] ?? '';
  return [...Map.groupBy(paths, firstSegment)].flatMap(([name, own]) => {
    const folder = `${start}${name}`;
    const below = own.filter((path) => path !== folder);
    return [
      ...own.filter((path) => path === folder || below.length <= most).map(scopeRow),
      ...(below.length > most ? [{ kind: 'folder', folder, scopes: below.length } as const] : []),
    ];
  });
}

function scopeRow(path: ScopePath): ScopeRow {
  return { kind: 'scope', path };
}

/** Whether what is not known below a scope may be missing below the folder. */
export function concerns(folder: string | undefined, scope: string): boolean {
  return folder === undefined || scope === folder || scope.startsWith(`${folder}/`) || folder.startsWith(`${scope}/`);
}
