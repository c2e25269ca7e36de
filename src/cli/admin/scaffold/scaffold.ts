import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { CommandError } from '../../terminal/command-error.ts';

const placeholder = 'my-store';
/** Under its real name it would make a package inside our package. */
const manifest = 'manifest.json';

/** How the new backend reaches its secrets. */
export type Wire = 'memory' | 'http';

/**
 * Writes a backend to start from into a new folder; existing files are left alone.
 * @returns the folder and its files
 * @throws CommandError
 */
export async function scaffold(
  name: string,
  parent: string,
  wire: Wire,
): Promise<{ folder: string; files: readonly string[] }> {
  const template = join(import.meta.dirname, 'template', wire);
  const folder = resolve(parent, name);
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(template, join(entry.parentPath, entry.name)));
  await makeFolder(folder);
  try {
    const files = await Promise.all(
      sources.map(async (source) => {
        const text = await readFile(join(template, source), 'utf8');
        const named = text.replaceAll(placeholder, name);
        const [file, contents] = source === manifest ? ['package.json', linked(named, folder)] : [source, named];
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), contents, { flag: 'wx' });
        return file;
      }),
    );
    return { folder, files: files.toSorted() };
  } catch {
    await rm(folder, { recursive: true, force: true });
    throw new CommandError(
      'cannot_write',
      `cannot write into ${JSON.stringify(folder)}`,
      'check the space on the disk and the permissions; nothing was left behind',
    );
  }
}

/** A checkout's packages are not published, so a backend made from it refers to them there. */
function linked(text: string, folder: string): string {
  return text.replace(/"@kici-dev\/secret-backend(-conformance)?": "[^"]*"/g, (entry, kit: string | undefined) => {
    const source = join(import.meta.dirname, '../../..', kit === undefined ? 'contract' : 'conformance');
    if (!existsSync(join(source, 'package.json'))) return entry;
    return entry.replace(/"[^"]*"$/, JSON.stringify(`file:${relative(folder, source)}`));
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST')
      throw new CommandError('cannot_write', `${JSON.stringify(folder)} exists`, 'choose another name, or remove it');
    throw new CommandError(
      'cannot_write',
      `cannot make the folder ${JSON.stringify(folder)} (${String(code)})`,
      'check the path and its permissions',
    );
  }
}
