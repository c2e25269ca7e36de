import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import {
  BackendError,
  parseScopePath,
  type AmbientAccess,
  type ScopePath,
  type UnlistedScope,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { formatOf } from '../documents/formats.ts';
import { codeOfFileError } from './allowed.ts';
import { realOf, requireAllowed } from './folder-of.ts';

export interface Found {
  readonly scopes: Set<ScopePath>;
  readonly unlisted: UnlistedScope[];
  readonly unnameable: UnnameableSecret[];
}

/** Every scope at or below one that has a file, once. Ignores names that begin with ".". */
export async function walk(folder: string, below: ScopePath | undefined, ambient: AmbientAccess): Promise<Found> {
  const found: Found = { scopes: new Set(), unlisted: [], unnameable: [] };
  await visit({ folder, ambient, found, visited: new Set() }, below);
  return found;
}

interface Walk {
  readonly folder: string;
  readonly ambient: AmbientAccess;
  readonly found: Found;
  /** Folders with links resolved, so that no circle of links is walked twice. */
  readonly visited: Set<string>;
}

async function visit(state: Walk, at: ScopePath | undefined): Promise<void> {
  const { folder, ambient, found, visited } = state;
  const path = at === undefined ? folder : join(folder, at);
  try {
    const real = await realOf(path);
    if (real === undefined) return;
    await requireAllowed(real, ambient);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of await entriesOf(real)) {
      if (entry.name.startsWith('.')) continue;
      const name = at === undefined ? entry.name : `${at}/${entry.name}`;
      if (formatOf(entry.name) !== undefined && !entry.isDirectory()) addFile(found, name);
      // oxlint-disable-next-line no-await-in-loop -- one folder at a time, so that a deep tree opens few
      else if (entry.isDirectory() || entry.isSymbolicLink()) await visitBelow(state, name);
    }
  } catch (error) {
    if (at === undefined || !BackendError.is(error)) throw error;
    found.unlisted.push({ scope: at, code: error.code });
  }
}

/** Empty for a file, or a folder that was just removed. */
async function entriesOf(path: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    const code = codeOfFileError(error);
    if (code === undefined) return [];
    throw new BackendError(code, {
      ...(code === 'permission_denied' && { reason: 'list_refused' as const }),
      detail: 'the machine refused to list a folder',
    });
  }
}

async function visitBelow(state: Walk, name: string): Promise<void> {
  const scope = parseScopePath(name);
  if (scope.ok) await visit(state, scope.value);
  else state.found.unnameable.push({ name, reason: scope.reason });
}

function addFile({ scopes, unnameable }: Found, name: string): void {
  const scope = parseScopePath(name.slice(0, -extname(name).length));
  if (scope.ok) scopes.add(scope.value);
  else unnameable.push({ name, reason: scope.reason });
}
