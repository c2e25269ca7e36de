import { readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { commandOf, parents } from './process-table.ts';

/**
 * The processes that tests started and did not end, each as its id and command: those that still have a worker's
 * variables, or work in this folder or in a temporary one. None where there is no `/proc`.
 */
export async function leftBehind(): Promise<string[]> {
  const table = await parents();
  const found = new Map<number, string>();
  const look = async (pid: number): Promise<void> => {
    const [variables, command, folder] = await Promise.all([
      readFile(`/proc/${pid}/environ`, 'utf8'),
      commandOf(pid),
      readlink(`/proc/${pid}/cwd`),
    ]);
    const ours = [process.cwd(), tmpdir()].some((place) => `${folder}/`.startsWith(`${place}/`));
    if (ours || variables.includes('VITEST_POOL_ID=')) found.set(pid, command);
  };
  // What has ended meanwhile, or is the kernel's, cannot be read.
  await Promise.allSettled([...table.keys()].map(look));
  const line = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined; pid = table.get(pid)) line.add(pid);
  return [...found]
    .filter(([pid]) => !line.has(pid) && table.get(pid) !== process.pid)
    .map(([pid, command]) => `${pid} ${command}`);
}
