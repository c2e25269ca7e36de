import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { AgentError, systemCode } from '../agent-error.ts';
import { gitNames } from './git-names.ts';
import { ownFiles } from '../sandbox/runtime.ts';
import type { ProjectMount } from './project-mount.ts';
import { privatePlaces, type Owner, type PrivatePlace } from './private-places.ts';

/** How a sandbox shows the project's folder. */
export interface ProjectView {
  /** Mounts over the folder itself, outer ones first. */
  readonly mounts: readonly ProjectMount[];
  /** The owner's private files outside the project. */
  readonly elsewhere: readonly PrivatePlace[];
  /** Checks what no mount can protect. @throws AgentError (`sandbox_broken`) if a step has made or changed it */
  requireUnchanged(): Promise<void>;
}

/** Without a boundary, nothing is hidden or protected. */
export const wholeProject: ProjectView = Object.freeze({
  mounts: [],
  elsewhere: [],
  requireUnchanged: async () => undefined,
});

/**
 * Finds what a step must not write, because it later runs outside the sandbox, and what it must not read, because it is
 * the owner's. Computed before any project code runs, since steps can change what paths mean.
 * @throws AgentError (`sandbox_unavailable`)
 */
export async function viewProject(project: string, owner: Owner): Promise<ProjectView> {
  const view = new Draft(project);
  const places = await privatePlaces(project, owner);
  const same = places.find(({ path, shared }) => path === project && !shared);
  if (same !== undefined || project === sep)
    throw new AgentError(
      'sandbox_unavailable',
      `the project's folder ${JSON.stringify(project)} is ${same?.what ?? 'the root of the file system'}, whose keys and tokens no step may see`,
      'move the project to a folder of its own, or choose --sandbox none for code that you trust',
    );
  for (const { path, isFolder } of places) view.add(path, isFolder ? 'empty folder' : 'empty file');
  await view.hold(join(project, '.kici'), 'read-only');
  for (const path of ownFiles()) await view.hold(path, 'read-only');
  for (const { path, as } of await gitNames(project)) await view.hold(path, as);
  const watched = [...view.watched];
  return Object.freeze({
    mounts: view.mounts(),
    elsewhere: places.filter(({ path }) => !isWithin(path, project)),
    async requireUnchanged() {
      for (const [path, before] of watched) {
        // oxlint-disable-next-line no-await-in-loop -- a few
        if ((await linkOrNothing(path)) !== before)
          throw new AgentError(
            'sandbox_broken',
            `a step has created or changed ${path}, from which code can run outside its sandbox`,
            'look at what it is and remove it before you use the project; steps that need it run with --sandbox none',
          );
      }
    },
  });
}

class Draft {
  /** Links and missing files: where each leads. */
  readonly watched = new Map<string, string | undefined>();
  readonly #project: string;
  readonly #mounts = new Map<string, ProjectMount['as']>();

  constructor(project: string) {
    this.#project = project;
  }

  /** The first entry for a path counts. */
  add(path: string, as: ProjectMount['as']): void {
    if (!isWithin(path, this.#project) || this.#mounts.has(path)) return;
    // Moving a folder moves the mounts in it, and another folder could take its place.
    this.add(dirname(path), 'fixed');
    this.#mounts.set(path, as);
  }

  async hold(path: string, as: ProjectMount['as']): Promise<void> {
    const link = await linkOrNothing(path);
    if (link === 'neither') {
      this.add(path, as);
      return;
    }
    this.watched.set(path, link);
    const target = link === undefined ? undefined : await realpath(path).catch(() => undefined);
    if (target !== undefined) this.add(target, as);
  }

  mounts(): readonly ProjectMount[] {
    const hidden = [...this.#mounts].flatMap(([path, as]) => (as === 'empty folder' ? [`${path}${sep}`] : []));
    return [...this.#mounts]
      .filter(([path]) => !hidden.some((folder) => path.startsWith(folder)))
      .map(([path, as]) => ({ path, as }))
      .toSorted((left, right) => (left.path < right.path ? -1 : 1));
  }
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}${sep}`);
}

/** Where a link leads; `undefined` if nothing is there. */
async function linkOrNothing(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? `link to ${await readlink(path)}` : 'neither';
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
