import { access, constants, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program of `KICI_BENCH_NAME`, or of PATH; `undefined`, and a line that says so, where the machine has none. */
export async function findPeer(name: string): Promise<string | undefined> {
  const variable = `KICI_BENCH_${name.toUpperCase()}`;
  const places = [process.env[variable], ...(process.env['PATH'] ?? '').split(delimiter).map((one) => join(one, name))];
  for (const place of places)
    if (
      place !== undefined &&
      (await access(place, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return place;
  console.log(`no row for ${name}: it is not on PATH, and ${variable} names no program`);
  return undefined;
}

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
