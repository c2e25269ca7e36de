import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/**
 * The processes that tests started and did not end, each as its id and command: those that still have a worker's
 * variables, or work in this folder or in a temporary one. None where there is no `/proc`.
 */
export async function leftBehind(): Promise<string[]> {
  const all = await readdir('/proc').catch(() => []);
  const parents = new Map<number, number>();
  const found = new Map<number, string>();
  const look = async (pid: number): Promise<void> => {
    const [stat, variables, command, folder] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/environ`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readlink(`/proc/${pid}/cwd`),
    ]);
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]));
    const ours = [process.cwd(), tmpdir()].some((place) => `${folder}/`.startsWith(`${place}/`));
    if (ours || variables.includes('VITEST_POOL_ID='))
      found.set(pid, command.replaceAll('\0', ' ').slice(0, 200).trim());
  };
  // What has ended meanwhile, or is the kernel's, cannot be read.
  await Promise.allSettled(all.filter((name) => /^\d+$/.test(name)).map((name) => look(Number(name))));
  const line = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined; pid = parents.get(pid)) line.add(pid);
  return [...found]
    .filter(([pid]) => !line.has(pid) && parents.get(pid) !== process.pid)
    .map(([pid, command]) => `${pid} ${command}`);
}
