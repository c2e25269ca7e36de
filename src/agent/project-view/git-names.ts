import { readdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readPlainFile } from '../../files/plain-file.ts';
import { namedInConfig } from './git-config.ts';
import type { ProjectMount } from './project-mount.ts';

const maxBytes = 1_048_576;

/**
 * What git runs in a repository, or reads to find what it runs. The rest stays writable: steps commit, tag and fetch.
 */
const executed = ['hooks', 'config', 'config.worktree', 'commondir'];

/**
 * What no step may write in a project's repository, because using git there later would run it. Includes submodules and
 * linked working trees.
 */
export async function gitNames(project: string): Promise<readonly ProjectMount[]> {
  const git = join(project, '.git');
  const pointer = await text(git);
  // In a linked working tree or submodule, `.git` is a file that says where the repository is.
  if (pointer !== undefined) {
    const [, folder] = /^gitdir: ([^\r\n]+)/m.exec(pointer) ?? [];
    return [
      { path: git, as: 'read-only' },
      ...(folder === undefined ? [] : await ofRepository(resolve(project, folder), project)),
    ];
  }
  return [{ path: git, as: 'fixed' }, ...(await ofRepository(git, project))];
}

async function ofRepository(folder: string, tree: string, seen = new Set<string>()): Promise<readonly ProjectMount[]> {
  const names = await namesIn(folder);
  if (names.length === 0) return [];
  const named = await Promise.all(
    ['config', 'config.worktree'].map(async (name) => namedInConfig(join(folder, name), tree, text)),
  );
  const inner = await Promise.all(['modules', 'worktrees'].map(async (name) => ofPlace(join(folder, name), seen)));
  return [
    ...executed.map((name): ProjectMount => ({ path: join(folder, name), as: 'read-only' })),
    ...named.flat().map((path): ProjectMount => ({ path, as: 'read-only' })),
    ...inner.flat(),
  ];
}

/**
 * A repository, or a folder of them: a submodule's name may have several parts.
 * @param seen real paths, since steps may have made circular links
 */
async function ofPlace(path: string, seen: Set<string>): Promise<readonly ProjectMount[]> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || seen.has(real)) return [];
  seen.add(real);
  const names = await namesIn(real);
  const link: readonly ProjectMount[] = real === path ? [] : [{ path, as: 'fixed' }];
  if (names.includes('HEAD')) return [...link, ...(await ofRepository(real, real, seen))];
  const found = await Promise.all(names.map(async (name) => ofPlace(join(real, name), seen)));
  return [...link, ...found.flat()];
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
