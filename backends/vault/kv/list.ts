import { setImmediate as pause } from 'node:timers/promises';
import {
  answerLimits,
  BackendError,
  whyOf,
  type CallContext,
  type ListPage,
  type ListQuery,
  type ScopePath,
  type SecretDescriptor,
  type UnlistedScope,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { failureOf, isNothing } from '../vault-error.ts';
import { member } from '../wire/json.ts';
import { mapLimited } from './concurrency.ts';
import { readEntry, readSubkeys, type Entry } from './entry.ts';
import { childrenOf, folderOf, type Children } from './path.ts';
import type { Service } from './service.ts';

const requestsAtOnce = 8;
const pathsPerPage = 100;
const versionsLookedBack = 3;
/** A few milliseconds of work. */
const namesAtOnce = 4_096;

interface Names {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
}

/**
 * Lists the tree level by level. Refused parts are reported and skipped; any other failure ends the listing, because
 * trying again may help.
 */
export async function* list(
  service: Service,
  { scope, depth }: ListQuery,
  context: CallContext,
): AsyncGenerator<ListPage> {
  let paths: readonly ScopePath[] = scope === undefined ? [] : [scope];
  let folders: readonly (ScopePath | undefined)[] = depth === 'tree' ? [scope] : [];
  let toldAnything = false;
  let seen = 0;
  const listed = async (folder: ScopePath | undefined): ReturnType<typeof listFolder> => {
    const level = await listFolder(service, folder, context);
    if ('children' in level) seen += level.children.paths.length + level.children.folders.length;
    if (seen > answerLimits.names)
      throw new BackendError('too_large', {
        detail: `there are more than ${answerLimits.names} paths at or below one place`,
      });
    return level;
  };
  while (paths.length + folders.length > 0) {
    const levels = await mapLimited(folders, requestsAtOnce, listed);
    const unlisted = levels.flatMap((level) => ('refused' in level ? [level.refused] : []));
    const children = levels.flatMap((level) => ('children' in level ? [level.children] : []));
    folders = children.flatMap((level) => level.folders);
    const found = [...paths, ...children.flatMap((level) => level.paths)];
    paths = [];
    for (let start = 0; start === 0 || start < found.length; start += pathsPerPage) {
      const names = await mapLimited(found.slice(start, start + pathsPerPage), requestsAtOnce, (path) =>
        namesAt(service, path, context),
      );
      const page: Names = {
        secrets: names.flatMap(({ secrets }) => secrets),
        unlisted: [...(start === 0 ? unlisted : []), ...names.flatMap((one) => one.unlisted)],
        unnameable: [
          ...(start === 0 ? children.flatMap((level) => level.unnameable) : []),
          ...names.flatMap((one) => one.unnameable),
        ],
      };
      const [refused] = page.unlisted;
      const hasMore = page.secrets.length + page.unnameable.length + folders.length > 0 || found.length > 1;
      const isAll = !toldAnything && !hasMore && refused?.scope === scope;
      if (isAll && refused?.code === 'permission_denied')
        throw new BackendError(refused.code, {
          ...whyOf(refused),
          detail: `nothing at ${refused.scope} could be listed`,
        });
      toldAnything = true;
      yield page;
    }
  }
}

/** @throws BackendError, also if everything is refused */
export async function listFolder(
  service: Service,
  folder: ScopePath | undefined,
  context: CallContext,
): Promise<{ readonly children: Children } | { readonly refused: UnlistedScope }> {
  const version = await service.kvVersion(context);
  const answer = await service.send(
    { method: 'GET', path: folderOf(service.config, version, folder), kind: 'list' },
    context,
  );
  // An empty folder is a 404.
  if (isNothing(answer)) {
    await service.requireVersion(version, context);
    return { children: childrenOf(folder, []) };
  }
  const names = member(member(answer.body, 'data'), 'keys');
  if (answer.status === 200 && Array.isArray(names) && names.every((name) => typeof name === 'string'))
    return { children: await sorted(folder, names) };
  const { code } = failureOf(answer);
  if (code !== 'permission_denied' || folder === undefined) throw failureOf(answer);
  return { refused: { scope: folder, code, reason: 'list_refused' } };
}

/** A large folder is sorted in parts, so that the process's other work need not wait for all of it. */
async function sorted(folder: ScopePath | undefined, names: readonly string[]): Promise<Children> {
  const parts: Children[] = [];
  for (let start = 0; start < names.length; start += namesAtOnce) {
    if (start > 0) await pause();
    parts.push(childrenOf(folder, names.slice(start, start + namesAtOnce)));
  }
  return {
    paths: [...new Set(parts.flatMap(({ paths }) => paths))],
    folders: [...new Set(parts.flatMap(({ folders }) => folders))],
    unnameable: parts.flatMap(({ unnameable }) => unnameable),
  };
}

async function namesAt(service: Service, scope: ScopePath, context: CallContext): Promise<Names> {
  const entry = await unlessRefused(() => fieldsAt(service, scope, undefined, context));
  if (entry === undefined)
    return {
      secrets: [],
      unlisted: [{ scope, depth: 'scope', code: 'permission_denied', reason: 'read_refused' }],
      unnameable: [],
    };
  if (entry.state === 'never') return { secrets: [], unlisted: [], unnameable: [] };
  if (entry.state !== 'present') {
    // The names went with the fields, and the path may yet be restored: absence is not proven.
    const { state } = entry;
    const keys = await heldBefore(service, scope, entry.version, context);
    return {
      secrets: keys.map((key) => ({ scope, key, version: String(entry.version), problem: state })),
      unlisted: [{ scope, depth: 'scope', code: state, ...factsOf(entry) }],
      unnameable: [],
    };
  }
  const facts = factsOf(entry);
  const keys = Object.keys(entry.fields);
  return {
    secrets: keys.filter((key) => key !== '').map((key) => ({ scope, key, ...facts })),
    unlisted: [],
    unnameable: keys.includes('') ? [{ name: `${scope}/`, reason: 'a field without a name cannot be asked for' }] : [],
  };
}

function factsOf({ version, createdAt }: Exclude<Entry, { state: 'never' }>): { version?: string; updatedAt?: string } {
  return {
    ...(version !== undefined && { version: String(version) }),
    ...(createdAt !== undefined && { updatedAt: createdAt }),
  };
}

/**
 * Names that are known to have been in a deleted version: those of the latest earlier version that can still be read.
 * The server does not reveal what else it held.
 */
async function heldBefore(
  service: Service,
  scope: ScopePath,
  deleted: number,
  context: CallContext,
): Promise<readonly string[]> {
  for (let version = deleted - 1; version > 0 && version >= deleted - versionsLookedBack; version -= 1) {
    const pin = String(version);
    const entry = await unlessRefused(() => fieldsAt(service, scope, pin, context));
    if (entry === undefined || entry.state === 'never') return [];
    if (entry.state === 'present') return Object.keys(entry.fields).filter((key) => key !== '');
  }
  return [];
}

async function unlessRefused(read: () => Promise<Entry>): Promise<Entry | undefined> {
  try {
    return await read();
  } catch (error) {
    if (BackendError.is(error) && error.code === 'permission_denied') return undefined;
    throw error;
  }
}

async function fieldsAt(
  service: Service,
  scope: ScopePath,
  pin: string | undefined,
  context: CallContext,
): Promise<Entry> {
  const { listing } = service.config;
  if (listing === 'values' || (await service.kvVersion(context)) === 1) return readEntry(service, scope, pin, context);
  try {
    return await readSubkeys(service, scope, pin, context);
  } catch (error) {
    // Servers before Vault 1.10 have no subkeys, and many policies do not mention them.
    if (
      listing === 'subkeys' ||
      !BackendError.is(error) ||
      (error.code !== 'permission_denied' && error.code !== 'misconfigured')
    )
      throw error;
    return readEntry(service, scope, pin, context);
  }
}
