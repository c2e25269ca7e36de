import { sep } from 'node:path';

/** How a sandbox shows one path of a project to a step. */
export interface ProjectMount {
  readonly path: string;
  /** `fixed`: as it is, but no step can move it aside. */
  readonly as: 'fixed' | 'read-only' | 'empty folder' | 'empty file';
  /** What is shown there; default: what is there. */
  readonly source?: string;
}

/** The same places of a copy of the project. */
export function mountsOfCopy(mounts: readonly ProjectMount[], project: string, copy: string): readonly ProjectMount[] {
  return mounts.map((one) =>
    one.path.startsWith(`${project}${sep}`) ? { ...one, source: `${copy}${one.path.slice(project.length)}` } : one,
  );
}
