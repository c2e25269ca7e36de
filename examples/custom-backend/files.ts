// A backend over a folder of files, as container engines mount secrets: the folder is the scope, the file's name the
// key.
import {
  absent,
  BackendError,
  defineCapabilities,
  found,
  parseKey,
  parseScopePath,
  SecretValue,
  unknown,
  type BackendDefinition,
  type CallContext,
  type ListPage,
  type ReadOutcome,
  type ScopePath,
  type SecretBackend,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { access, lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const capabilities = defineCapabilities({
  write: false,
  delete: false,
  compareAndSet: false,
  versionPins: false,
  versions: false,
  restore: false,
  declare: false,
  scopes: false,
  binary: true,
  listConsistency: 'strong',
  listReadsValues: false,
  readBatchSize: 100,
  maxValueBytes: 65_536,
});

/** A file in the folder. Without it the folder is not the right one: an empty mount point proves no absence. */
export const marker = '.secrets';

export function createFilesBackend(root: string): SecretBackend {
  let closed = false;

  async function begin({ signal }: CallContext): Promise<void> {
    if (closed) throw new BackendError('closed');
    if (signal.aborted) throw new BackendError(signal.reason?.name === 'TimeoutError' ? 'timeout' : 'aborted');
    await access(join(root, marker)).catch(() => {
      throw new BackendError('unreachable', { detail: `there is no ${marker} in the folder` });
    });
  }

  async function readOne({ scope, key, version }: SecretRef): Promise<ReadOutcome> {
    if (version !== undefined) return unknown('unsupported', 'a file has one version');
    // Anything but a plain name is not one of our files, and may lead out of the folder.
    if (!parseKey(key).ok) return absent;
    try {
      const path = join(root, scope, key);
      const entry = await lstat(path);
      if (!entry.isFile()) return absent;
      if (entry.size > capabilities.maxValueBytes) return unknown('too_large');
      return found(SecretValue.fromBytes(await readFile(path)));
    } catch (error) {
      // Only these codes say that there is no such file.
      return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error)) ? absent : failureOf(error).toOutcome();
    }
  }

  async function* below(scope: string, deep: boolean): AsyncGenerator<ListPage> {
    const path = parseScopePath(scope);
    const entries = await readdir(join(root, scope), { withFileTypes: true }).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error))) return [];
      const failure = failureOf(error);
      if (!path.ok) throw failure;
      return [{ scope: path.value, code: failure.code }];
    });
    for (const entry of entries) {
      if ('code' in entry) yield { secrets: [], unlisted: [entry] };
      else if (entry.isFile() && path.ok && parseKey(entry.name).ok)
        yield { secrets: [{ scope: path.value, key: entry.name }] };
      else if (entry.isDirectory() && deep && parseScopePath(join(scope, entry.name)).ok)
        yield* below(join(scope, entry.name), deep);
    }
  }

  return {
    capabilities,
    async *list({ scope, depth }: { scope?: ScopePath; depth?: string }, context) {
      await begin(context);
      yield* below(scope ?? '', scope === undefined || depth === 'tree');
    },
    async read(refs, context) {
      if (closed) throw new BackendError('closed');
      const problem: unknown = await begin(context).catch((error: unknown) => error);
      if (BackendError.is(problem)) return refs.map(() => problem.toOutcome());
      return Promise.all(refs.map(readOne));
    },
    check: async (context) => {
      await begin(context);
      return { server: 'a folder' };
    },
    close: async () => {
      closed = true;
    },
  };
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
const failureOf = (error: unknown): BackendError =>
  new BackendError(['EACCES', 'EPERM'].includes(codeOf(error)) ? 'permission_denied' : 'server_error');

export const definition: BackendDefinition = {
  type: 'files',
  title: 'Folder of files',
  summary: 'Reads secrets that lie in files, one for each',
  capabilities,
  settings: { folder: { type: 'path', required: true, description: 'The folder.', example: '/run/secrets' } },
  create: ({ folder }) => createFilesBackend(String(folder)),
};
