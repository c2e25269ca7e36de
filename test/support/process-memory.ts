import { open, readFile } from 'node:fs/promises';
import type { Lane } from './lane.ts';

export const processMemoryLane: Lane = {
  name: 'process-memory',
  missing: process.platform === 'linux' ? undefined : 'the memory of another process is read by /proc, which Linux has',
};

const chunkBytes = 16 * 1024 * 1024;

/**
 * What a pattern finds in the memory of a process, as text of one or two bytes per character.
 * @param longest the most bytes of a match, so that none is missed where chunks meet
 */
export async function findInMemory(pid: number, pattern: RegExp, longest: number): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const memory = await open(`/proc/${pid}/mem`);
  try {
    for (const [start, end] of await readableRegions(pid)) {
      for (let at = start; at < end; at += chunkBytes) {
        const bytes = Buffer.alloc(Math.min(chunkBytes + longest, end - at));
        // A region may vanish while it is read, and some exist in name only.
        const { bytesRead } = await memory.read(bytes, 0, bytes.byteLength, at).catch(() => ({ bytesRead: 0 }));
        const read = bytes.subarray(0, bytesRead);
        for (const text of [read.toString('latin1'), read.toString('utf16le'), read.subarray(1).toString('utf16le')])
          for (const [match] of text.matchAll(pattern)) found.add(match);
      }
    }
  } finally {
    await memory.close();
  }
  return found;
}

async function readableRegions(pid: number): Promise<readonly (readonly [start: number, end: number])[]> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \S+ *(.*)$/gm)]
    .filter(([, , , name = '']) => !name.startsWith('[v'))
    .map(([, start = '', end = '']) => [Number.parseInt(start, 16), Number.parseInt(end, 16)]);
}
