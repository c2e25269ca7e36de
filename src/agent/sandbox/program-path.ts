import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join, sep } from 'node:path';

/** An empty PATH would mean the working folder. */
const nowhere = '/nonexistent';

/**
 * Where the agent looks for programs that it runs itself: the folders of PATH except the project's own, which `npx`
 * puts first and every step can write to.
 */
export async function programPath(path: string, project: string): Promise<string> {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const real = await Promise.all(folders.map(async (folder) => realpath(folder).catch(() => undefined)));
  const outside = folders.filter((_, index) => {
    const folder = real[index];
    return folder !== undefined && folder !== project && !folder.startsWith(`${project}${sep}`);
  });
  return outside.length === 0 ? nowhere : outside.join(delimiter);
}

/** The program's absolute path, if there is one. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  const files = path.split(delimiter).flatMap((folder) => (folder === '' ? [] : [join(folder, name)]));
  const found = await Promise.all(
    files.map(async (file) =>
      access(file, constants.X_OK).then(
        () => file,
        () => undefined,
      ),
    ),
  );
  return found.find((file) => file !== undefined);
}
