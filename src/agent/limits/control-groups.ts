import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where groups of processes can be made that the kernel keeps limits of. */
export interface ControlGroups {
  /** Folders that each group has one of: for the second version of control groups, one for all limits. */
  readonly memory: string;
  readonly processes: string;
  readonly version: 1 | 2;
}

type Controller = 'memory' | 'pids';

/** Undefined: this user may make none, or the kernel keeps none. @param root of the file system */
export function findControlGroups(root = '/'): ControlGroups | undefined {
  const own = lines(join(root, 'proc/self/cgroup'));
  const mounts = lines(join(root, 'proc/self/mountinfo'));
  const unified = folderOf(own, mounts, undefined);
  const second = unified === undefined ? undefined : delegating(root, unified);
  if (second !== undefined) return { memory: second, processes: second, version: 2 };
  const [memory, processes] = (['memory', 'pids'] as const).map((name) => {
    const folder = folderOf(own, mounts, name);
    return folder === undefined ? undefined : writable(join(root, folder.mount, folder.path));
  });
  return memory === undefined || processes === undefined ? undefined : { memory, processes, version: 1 };
}

interface Folder {
  readonly mount: string;
  readonly path: string;
}

/** This process's own, of a controller's hierarchy, or of the one that has all. */
function folderOf(
  own: readonly string[],
  mounts: readonly string[],
  controller: Controller | undefined,
): Folder | undefined {
  const path = own
    .map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [])
    .find(([, names = ' ']) => (controller === undefined ? names === '' : names.split(',').includes(controller)))?.[2];
  const mount = mounts
    .map((line) => /^\d+ \d+ \S+ \S+ (\S+) .* - (\S+) \S+ (\S+)$/.exec(line) ?? [])
    .find(([, , type, options = '']) =>
      controller === undefined ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes(controller),
    )?.[1];
  // A path that leads out of what is mounted is another namespace's.
  return path === undefined || mount === undefined || path.includes('..') ? undefined : { mount, path };
}

/**
 * The nearest folder whose groups have both controllers: a group with processes of its own, such as this one's, gives
 * its own groups none.
 */
function delegating(root: string, { mount, path }: Folder): string | undefined {
  const parts = path.split('/').filter(Boolean);
  for (let count = parts.length; count >= 0; count -= 1) {
    const folder = join(root, mount, ...parts.slice(0, count));
    const controllers = lines(join(folder, 'cgroup.subtree_control')).join(' ').split(' ');
    if (controllers.includes('memory') && controllers.includes('pids')) return writable(folder);
  }
  return undefined;
}

/** Groups can be made there, and processes moved to them. */
function writable(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    accessSync(join(folder, 'cgroup.procs'), constants.W_OK);
    return folder;
  } catch {
    return undefined;
  }
}

function lines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
