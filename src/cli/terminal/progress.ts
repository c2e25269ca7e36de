import type { Io } from './io.ts';

const quietMs = 400;
const frameMs = 120;
export const frames = ['|', '/', '-', '\\'];

/**
 * Shows progress on a terminal if work takes longer than a moment; silent in a pipe.
 * @param work may tell how far it is
 */
export async function withProgress<T>(
  io: Pick<Io, 'stderr'>,
  label: string,
  work: (tell: (far: string) => void) => Promise<T>,
): Promise<T> {
  if (io.stderr.isTTY !== true) return work(() => undefined);
  const start = Date.now();
  let frame = 0;
  let far = '';
  const timer = setInterval(() => {
    const elapsed = Date.now() - start;
    if (elapsed < quietMs) return;
    const seconds = Math.floor(elapsed / 1000);
    io.stderr.write(`\r\u001b[2K${frames[frame++ % frames.length] ?? ''} ${label}${far} (${seconds} s)`);
  }, frameMs);
  try {
    return await work((told) => {
      far = `: ${told}`;
    });
  } finally {
    clearInterval(timer);
    if (frame > 0) io.stderr.write('\r\u001b[2K');
  }
}
