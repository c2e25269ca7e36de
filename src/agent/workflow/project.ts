import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AgentError, systemCode } from '../agent-error.ts';

export interface Project {
  /** The folder that holds `.kici`. */
  readonly root: string;
  /** Absolute paths of the workflow files, sorted. */
  readonly files: readonly string[];
}

export const workflowFolder = join('.kici', 'workflows');

/** Looks in the folder and then in those above it. @throws AgentError (`project_not_found`) */
export function findProject(from: string): Project {
  for (let root = from; ; root = dirname(root)) {
    const names = namesIn(join(root, workflowFolder));
    if (names !== undefined) {
      const files = names.filter((name) => name.endsWith('.ts') && !/\.(?:d|test)\.ts$/.test(name)).toSorted();
      if (files.length === 0)
        throw new AgentError(
          'project_not_found',
          `${join(root, workflowFolder)} holds no workflow`,
          'run `kici init`, or write one in a .ts file there',
        );
      return { root, files: files.map((name) => join(root, workflowFolder, name)) };
    }
    if (dirname(root) === root)
      throw new AgentError(
        'project_not_found',
        `there is no ${workflowFolder} in ${JSON.stringify(from)} or above it`,
        "change to the project's folder, or run `kici init`",
      );
  }
}

function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AgentError(
      'project_not_found',
      `cannot read ${JSON.stringify(folder)} (${code ?? 'unknown'})`,
      'check its permissions',
    );
  }
}
