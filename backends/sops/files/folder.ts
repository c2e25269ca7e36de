import { access, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError, wrongSetting, type AmbientAccess } from '@kici-dev/secret-backend';
import type { SopsConfig } from '../config.ts';
import { isAllowed, notAllowed } from './allowed.ts';

/** Its presence tells a folder without files from one that is not mounted. */
export const marker = '.sops.yaml';

/**
 * The folder, links resolved, after proving that it exists.
 * @throws BackendError `misconfigured`; `unreachable` if the folder or its marker is missing
 */
export async function openFolder({ folder, program }: SopsConfig, ambient: AmbientAccess): Promise<string> {
  await requireProgram(program, ambient);
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined)
    throw new BackendError('unreachable', { detail: `the folder ${folder} cannot be opened; is its volume mounted?` });
  if (!(await isAllowed(real, ambient))) throw notAllowed('folder', folder);
  await access(join(real, marker)).catch(() => {
    throw new BackendError('unreachable', {
      detail: `the folder ${folder} holds no file ${marker}; mount its volume, or create that file, which may be empty`,
    });
  });
  return real;
}

async function requireProgram(program: string, ambient: AmbientAccess): Promise<void> {
  const real = await realpath(program).catch(() => undefined);
  if (real === undefined)
    throw wrongSetting('program', `there is no program ${program}: install sops, or name it in the setting program`);
  if (!(await isAllowed(real, ambient))) throw notAllowed('program', program);
}
