import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `vals exec` with the fields of one secret of Vault, by files of references in the folder. */
export async function valsPrograms(
  program: string,
  folder: string,
  keys: readonly string[],
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const references = async (some: readonly string[]): Promise<string> => {
    const file = join(folder, `vals-${some.length}.yaml`);
    await writeFile(file, some.map((key) => `${key}: ref+vault://secret/app#/${key}\n`).join(''));
    return file;
  };
  const exec = async (some: readonly string[]): Promise<readonly string[]> => [
    program,
    'exec',
    '-s',
    '-f',
    await references(some),
    '--',
    'true',
  ];
  return [
    ['vals exec, 1 secret', await exec(keys.slice(0, 1))],
    ['vals exec, 200 secrets', await exec(keys)],
  ];
}
