import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandError } from '../../terminal/command-error.ts';

export const typesFile: string = join('.kici', 'secrets.d.ts');

/** `undefined` if the file does not exist. @throws CommandError (`cannot_read`) */
export async function readTypes(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    throw new CommandError('cannot_read', `cannot read ${path} (${code})`, 'see what is there instead');
  }
}

/** Whole or not at all. @throws CommandError (`cannot_write`) */
export async function writeTypes(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(fresh, text, { flag: 'wx' });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw new CommandError(
      'cannot_write',
      `cannot write ${path} (${codeOf(error)})`,
      'check the permissions of the folder',
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
