import {
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
import { failureOf, isNothing } from '../errors.ts';
import { member } from '../wire/json.ts';
import { mapLimited } from './concurrency.ts';
import { readEntry, readSubkeys, type Entry } from './entry.ts';
import { childrenOf, folderOf, type Children } from './path.ts';
import type { Service } from './service.ts';

const requestsAtOnce = 8;
const pathsPerPage = 100;

interface Names {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
}

/** Level by level. What is refused is told and left out; any other failure ends the listing, because asking again may help. */
export async function* list(
  service: Service,
  { scope, depth }: ListQuery,
  context: CallContext,
): AsyncGenerator<ListPage> {
  let paths: readonly ScopePath[] = scope === undefined ? [] : [scope];
  let folders: readonly (ScopePath | undefined)[] = depth === 'tree' ? [scope] : [];
  let toldAnything = false;
  while (paths.length + folders.length > 0) {
    const levels = await mapLimited(folders, requestsAtOnce, (folder) => listFolder(service, folder, context));
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
      if (!toldAnything && !hasMore && refused?.scope === scope && refused !== undefined)
        throw new BackendError(refused.code, {
          ...whyOf(refused),
          detail: `nothing at ${refused.scope} could be listed`,
        });
      toldAnything = true;
      yield page;
    }
  }
}

/** @throws BackendError, also where everything is refused */
export async function listFolder(
  service: Service,
  folder: ScopePath | undefined,
  context: CallContext,
): Promise<{ readonly children: Children } | { readonly refused: UnlistedScope }> {
  const version = await service.kvVersion(context);
  const answer = await service.send({ method: 'GET', path: folderOf(service.config, version, folder) }, context);
  // An empty folder is a 404.
  if (isNothing(answer)) {
    await service.requireVersion(version, context);
    return { children: childrenOf(folder, []) };
  }
  const names = member(member(answer.body, 'data'), 'keys');
  if (answer.status === 200 && Array.isArray(names) && names.every((name) => typeof name === 'string'))
    return { children: childrenOf(folder, names) };
  const { code } = failureOf(answer);
  if (code !== 'permission_denied' || folder === undefined) throw failureOf(answer);
  return { refused: { scope: folder, code, reason: 'list_refused' } };
}

async function namesAt(service: Service, scope: ScopePath, context: CallContext): Promise<Names> {
  let entry: Entry;
  try {
    entry = await fieldsAt(service, scope, context);
  } catch (error) {
    if (BackendError.is(error) && error.code === 'permission_denied')
      return { secrets: [], unlisted: [{ scope, code: error.code, reason: 'read_refused' }], unnameable: [] };
    throw error;
  }
  if (entry.state === 'never') return { secrets: [], unlisted: [], unnameable: [] };
  // The names went with the fields, and the path may yet come back: that nothing is there is not known.
  if (entry.state !== 'present') return { secrets: [], unlisted: [{ scope, code: entry.state }], unnameable: [] };
  const { version, createdAt } = entry;
  const facts = {
    ...(version === undefined ? {} : { version: String(version) }),
    ...(createdAt === undefined ? {} : { updatedAt: createdAt }),
  };
  const keys = Object.keys(entry.fields);
  return {
    secrets: keys.filter((key) => key !== '').map((key) => ({ scope, key, ...facts })),
    unlisted: [],
    unnameable: keys.includes('') ? [{ name: `${scope}/`, reason: 'a field without a name cannot be asked for' }] : [],
  };
}

async function fieldsAt(service: Service, scope: ScopePath, context: CallContext): Promise<Entry> {
  const { listing } = service.config;
  if (listing === 'values' || (await service.kvVersion(context)) === 1)
    return readEntry(service, scope, undefined, context);
  try {
    return await readSubkeys(service, scope, context);
  } catch (error) {
    // Servers before Vault 1.10 have no subkeys, and many a policy does not mention them.
    if (
      listing === 'subkeys' ||
      !BackendError.is(error) ||
      (error.code !== 'permission_denied' && error.code !== 'misconfigured')
    )
      throw error;
    return readEntry(service, scope, undefined, context);
  }
}
