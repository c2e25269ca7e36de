import type { Io } from './io.ts';

const quietMs = 400;
const frameMs = 120;
export const frames = ['|', '/', '-', '\\'];

/** Shows progress on a terminal if work takes longer than a moment; silent in a pipe. */
export async function withProgress<T>(io: Io, label: string, work: () => Promise<T>): Promise<T> {
  if (io.stderr.isTTY !== true) return work();
  const start = Date.now();
  let frame = 0;
  const timer = setInterval(() => {
    const elapsed = Date.now() - start;
    if (elapsed < quietMs) return;
    io.stderr.write(`\r\u001b[2K${frames[frame++ % frames.length] ?? ''} ${label} (${Math.floor(elapsed / 1000)} s)`);
  }, frameMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (frame > 0) io.stderr.write('\r\u001b[2K');
  }
}
