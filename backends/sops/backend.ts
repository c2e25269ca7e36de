import {
  absent,
  BackendError,
  unknown,
  type BackendHost,
  type CallContext,
  type ListPage,
  type ReadOutcome,
  type ScopePath,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import { capabilities } from './capabilities.ts';
import { createChanges } from './change.ts';
import type { SopsConfig } from './config.ts';
import { isLeaf, outcomeAt, parseTree } from './documents/tree.ts';
import { openScope } from './files/document-file.ts';
import { openFolder } from './files/folder.ts';
import { walk } from './files/walk.ts';
import type { OpenedScope } from './opened-scope.ts';
import { createSops } from './program/sops.ts';
import { interruption } from './program/run.ts';

/** How many programs run at once. */
const parallelFiles = 4;

/** An instance, which runs the program only when called. */
export function createSopsBackend(config: SopsConfig, host: BackendHost): SecretBackend {
  const sops = createSops(config);
  let closed = false;
  const requireOpen = (): void => {
    if (closed) throw new BackendError('closed');
  };
  const start = async (context: CallContext): Promise<string> => {
    requireOpen();
    if (context.signal.aborted) throw interruption(context);
    return openFolder(config, host.ambient);
  };
  const open = async (folder: string, scope: ScopePath, context: CallContext): Promise<OpenedScope | undefined> => {
    const file = await openScope(folder, scope, host.ambient);
    if (file === undefined) return undefined;
    return { file, tree: parseTree(await sops.decrypt(file.bytes, file.format, context), file.format) };
  };
  const changes = createChanges({ config, host, sops, open });

  return {
    capabilities,
    async *list(query, context) {
      const folder = await start(context);
      const { scope, depth } = query;
      const { scopes, unlisted, unnameable } =
        depth === 'scope'
          ? { scopes: new Set<ScopePath>(), unlisted: [], unnameable: [] }
          : await walk(folder, scope, host.ambient);
      if (scope !== undefined) scopes.add(scope);
      yield { secrets: [], unlisted, ...(unnameable.length > 0 && { unnameable }) };
      for (const some of chunks([...scopes], parallelFiles))
        // oxlint-disable-next-line no-await-in-loop -- limits concurrent programs
        yield* await Promise.all(some.map((one) => pageOf(one, () => open(folder, one, context), context)));
    },
    async read(refs, context) {
      requireOpen();
      const scopes = [...new Set(refs.map(({ scope }) => scope))];
      const opened = new Map<ScopePath, (key: string) => ReadOutcome>();
      for (const some of chunks(scopes, parallelFiles))
        // oxlint-disable-next-line no-await-in-loop -- limits concurrent programs
        await Promise.all(
          some.map(async (scope) =>
            opened.set(scope, await reading(async () => open(await start(context), scope, context))),
          ),
        );
      return refs.map(({ scope, key, version }) =>
        version === undefined
          ? (opened.get(scope)?.(key) ?? unknown('bad_answer'))
          : unknown('unsupported', 'a file has no versions that could be pinned'),
      );
    },
    async write(entry, context) {
      return changes.write(await start(context), entry, context);
    },
    async delete(ref, context) {
      return changes.delete(await start(context), ref, context);
    },
    async check(context) {
      const folder = await start(context);
      const [first] = (await walk(folder, undefined, host.ambient)).scopes;
      if (first !== undefined) await open(folder, first, context);
      return { server: 'SOPS files' };
    },
    async close() {
      closed = true;
      await sops.close();
    },
  };
}

async function reading(open: () => Promise<OpenedScope | undefined>): Promise<(key: string) => ReadOutcome> {
  try {
    const scope = await open();
    return (key) => (scope === undefined ? absent : outcomeAt(scope.tree, key, scope.file.version));
  } catch (error) {
    const outcome = BackendError.is(error) ? error.toOutcome() : unknown('server_error');
    return () => outcome;
  }
}

async function pageOf(
  scope: ScopePath,
  open: () => Promise<OpenedScope | undefined>,
  context: CallContext,
): Promise<ListPage> {
  try {
    const opened = await open();
    if (opened === undefined) return { secrets: [] };
    const { version, updatedAt } = opened.file;
    return {
      secrets: [...opened.tree.nodes].flatMap(([key, nodes]) => {
        if (!nodes.some(isLeaf)) return [];
        const outcome = outcomeAt(opened.tree, key, version);
        const problem = outcome.status === 'unknown' ? { problem: outcome.code } : {};
        return [{ scope, key, version, updatedAt, ...problem }];
      }),
    };
  } catch (error) {
    if (context.signal.aborted) throw error;
    if (!BackendError.is(error)) throw error;
    return { secrets: [], unlisted: [{ scope, depth: 'scope', code: error.code }] };
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
