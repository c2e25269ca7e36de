import { readdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { readPlainFile } from '../../files/plain-file.ts';
import type { ProjectMount } from './project-view.ts';

const maxBytes = 1_048_576;

/** What in a repository git runs, or that tells it where to find what it runs. The rest stays writable: steps commit, tag and fetch. */
const executed = ['hooks', 'config', 'config.worktree', 'commondir'];

/**
 * What of a project's repository no step may write: whoever uses git there later on would run it. Also of its submodules and other
 * working trees, as far as they lie in it.
 */
export async function gitNames(project: string): Promise<readonly ProjectMount[]> {
  const git = join(project, '.git');
  const pointer = await text(git);
  // In a working tree of its own, and in a submodule, it is a file that says where the repository is.
  if (pointer !== undefined) {
    const [, folder] = /^gitdir: (.+)$/m.exec(pointer) ?? [];
    return [
      { path: git, as: 'read-only' },
      ...(folder === undefined ? [] : await ofRepository(resolve(project, folder), project)),
    ];
  }
  return [{ path: git, as: 'fixed' }, ...(await ofRepository(git, project))];
}

async function ofRepository(folder: string, tree: string): Promise<ProjectMount[]> {
  const names = await namesIn(folder);
  if (names.length === 0) return [];
  const config = (await text(join(folder, 'config'))) ?? '';
  const inner = await Promise.all([
    ofRepositoriesIn(join(folder, 'modules')),
    ofRepositoriesIn(join(folder, 'worktrees')),
  ]);
  return [
    ...executed.map((name): ProjectMount => ({ path: join(folder, name), as: 'read-only' })),
    ...elsewhere(config, folder, tree).map((path): ProjectMount => ({ path, as: 'read-only' })),
    ...inner.flat(),
  ];
}

/** The name of a submodule may have several parts. */
async function ofRepositoriesIn(folder: string): Promise<ProjectMount[]> {
  const names = await namesIn(folder);
  const found = names.map(async (name) => {
    const inner = join(folder, name);
    return (await namesIn(inner)).includes('HEAD') ? ofRepository(inner, inner) : ofRepositoriesIn(inner);
  });
  return (await Promise.all(found)).flat();
}

/** Files and folders that the configuration names: other hooks, and more configuration. */
function elsewhere(config: string, folder: string, tree: string): string[] {
  const named = config.matchAll(/^[ \t]*(hooksPath|path)[ \t]*=[ \t]*"?([^"\n]+?)"?[ \t]*$/gim);
  return [...named].flatMap(([, key = '', path = '']) => {
    if (path.startsWith('~')) return [];
    const base = key.toLowerCase() === 'path' ? folder : tree;
    return [isAbsolute(path) ? path : join(base, path)];
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function text(file: string): Promise<string | undefined> {
  try {
    return (await readPlainFile(file, { maxBytes, links: 'follow' })).toString();
  } catch {
    return undefined;
  }
}
