import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What of a project no sandbox shows: the data of an orchestrator that was started there, with whose database in hand a
 * step could make itself an owner.
 */
export function hiddenFolders(project: string): readonly string[] {
  return [join(project, '.kici-data')].filter((folder) => existsSync(folder));
}
