import { readdir, readFile } from 'node:fs/promises';

/** The parent of each process of this machine that has not ended; empty where there is no `/proc`. */
export async function parents(): Promise<ReadonlyMap<number, number>> {
  const all = await readdir('/proc').catch(() => []);
  const found = new Map<number, number>();
  const look = async (pid: number): Promise<void> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [, state, parent] = stat.slice(stat.lastIndexOf(')')).split(' ');
    if (state !== 'Z') found.set(pid, Number(parent));
  };
  // What has ended meanwhile cannot be read.
  await Promise.allSettled(all.filter((name) => /^\d+$/.test(name)).map((name) => look(Number(name))));
  return found;
}

/** A process and all that it has started, as far as what lies between them is still there. */
export function withDescendants(root: number, table: ReadonlyMap<number, number>): readonly number[] {
  const children = [...table].filter(([, parent]) => parent === root).map(([pid]) => pid);
  return [root, ...children.flatMap((pid) => withDescendants(pid, table))];
}

/** As it was started, cut off. @throws where it has ended, or is not to be read */
export async function commandOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').slice(0, 200).trim();
}

/** Does nothing where it has ended meanwhile. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // As said.
  }
}
