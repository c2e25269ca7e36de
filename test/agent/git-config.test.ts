import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { namedInConfig } from '../../src/agent/project-view/git-config.ts';
import { gitNames } from '../../src/agent/project-view/git-names.ts';

const named = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  namedInConfig('/p/.git/config', '/p', async (file) => files[file]);

it.each([
  ['on a line of its own', '[core]\n\thooksPath = .hooks\n'],
  ['beside its section', '[core] hooksPath=.hooks'],
  ['with line ends of Windows', '[core]\r\n\thooksPath = .hooks\r\n'],
  ['in quotes, with a comment', '[Core]\nHOOKSPATH = ".hooks" ; ours'],
  ['over two lines', '[core]\nhooksPath = \\\n.hooks'],
  ['with an escape', '[core]\nhooksPath = ".ho\\oks"# x'],
])('a folder of hooks is found in a configuration: %s', async (_, text) => {
  expect(await named({ '/p/.git/config': text })).toEqual(['/p/.hooks']);
});

it('more configuration is followed, however it is included, and once where it includes itself', async () => {
  expect(
    await named({
      '/p/.git/config':
        '[include]\npath = ../a\n[includeIf "gitdir:/x]y/"] path = /p/b\n[submodule "s"]\npath = not-this\n[include]\npath = ~/c\n',
      '/p/a': '[include]\npath = .git/config\n[core]\nhooksPath = /p/h\n',
      '/p/b': '[other]\nhooksPath = not-this\n',
    }),
  ).toEqual(['/p/a', '/p/.git/config', '/p/h', '/p/b']);
});

it('a working tree finds its repository by a file that Windows has written, and the hooks that its own configuration names', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'kici-git-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [name, text] of [
    ['.git', 'gitdir: real/git\r\n'],
    ['real/git/HEAD', 'ref: refs/heads/main\r\n'],
    ['real/git/config.worktree', '[core]\r\nhooksPath = .mine\r\n'],
  ] as const) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const held = (await gitNames(root)).map(({ path }) => path);
  expect(held).toEqual(
    expect.arrayContaining([join(root, 'real/git/hooks'), join(root, 'real/git/config'), join(root, '.mine')]),
  );
});

it('links that lead round and round are followed once', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'kici-git-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const modules = join(root, '.git/modules');
  await mkdir(join(modules, 'real'), { recursive: true });
  for (const path of [join(root, '.git/HEAD'), join(modules, 'real/HEAD')])
    await writeFile(path, 'ref: refs/heads/main');
  for (const name of ['a', 'b', 'c']) await symlink('.', join(modules, name));
  for (const name of ['real', 'other']) {
    await mkdir(join(modules, name), { recursive: true });
    await writeFile(join(modules, name, 'HEAD'), 'ref: refs/heads/main');
    await symlink('..', join(modules, name, 'modules'));
  }
  expect((await gitNames(root)).map(({ path }) => path)).toContain(join(modules, 'real/hooks'));
});
