import { constants } from 'node:fs';
import { cp, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError, systemCode } from '../agent-error.ts';
import type { Journal } from '../mounts/journal.ts';
import { removeFolder } from '../mounts/temporary-folder.ts';
import { temporaryName } from '../mounts/temporary-name.ts';
import type { ProjectView } from './project-view.ts';

/** A project's folder as one job's steps see and change it, gone with the job. */
export class ProjectCopy {
  readonly path: string;
  readonly #folder: string;
  readonly #journal: Journal;

  private constructor(folder: string, journal: Journal) {
    this.#folder = folder;
    this.path = join(folder, 'project');
    this.#journal = journal;
  }

  /**
   * Shares the blocks of files with the original where the file system can. What steps must not see is left out.
   * @throws AgentError (`cannot_write`)
   */
  static async make(
    project: string,
    view: Pick<ProjectView, 'mounts'>,
    temporary: string,
    journal: Journal,
  ): Promise<ProjectCopy> {
    const copy = new ProjectCopy(join(temporary, temporaryName('copy')), journal);
    const hidden = new Set(view.mounts.filter(({ as }) => as.startsWith('empty')).map(({ path }) => path));
    try {
      await journal.record(copy.#folder);
      // Others may reach the folder for temporary files, but not the project, whose own mode the copy has.
      await mkdir(copy.#folder, { mode: 0o700 });
      await cp(project, copy.path, {
        recursive: true,
        mode: constants.COPYFILE_FICLONE,
        preserveTimestamps: true,
        verbatimSymlinks: true,
        filter: async (source) => !hidden.has(source) && (await isCopied(source)),
      });
      return copy;
    } catch (error) {
      await copy.remove().catch(() => undefined);
      throw new AgentError(
        'cannot_write',
        `cannot copy the project to ${JSON.stringify(temporary)} (${systemCode(error) ?? 'unknown'})`,
        'check its free space and the permissions of the files, or choose another folder outside the project with TMPDIR',
      );
    }
  }

  async remove(): Promise<void> {
    await removeFolder(this.#folder);
    this.#journal.forget(this.#folder);
  }
}

/** Sockets, pipes and devices have no contents to copy. */
async function isCopied(path: string): Promise<boolean> {
  const entry = await lstat(path);
  return entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
}
