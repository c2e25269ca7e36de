import { afterEach, expect, it, vi } from 'vitest';
import { createMasker } from '@kici-dev/secret-masker';
import { runChild, type ChildRun } from '../../src/agent/exec/child.ts';

const bytes = 100_000;

afterEach(() => {
  vi.useRealTimers();
});

/** @param write of standard output */
function run(write: ChildRun['io']['stdout'], script: string): ReturnType<typeof runChild> {
  return runChild({
    command: ['/bin/sh', '-c', script],
    starter: [],
    variables: { PATH: process.env['PATH'] ?? '' },
    masker: createMasker(),
    outputLimit: undefined,
    io: { stdout: write, stderr: async () => {} },
    signal: new AbortController().signal,
  });
}

it('a slow reader gets all that a program has printed that has ended', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const first = Promise.withResolvers<void>();
  const room = Promise.withResolvers<void>();
  let read = 0;
  const end = run(async (chunk) => {
    read += chunk.byteLength;
    first.resolve();
    await room.promise;
  }, `head -c ${bytes} /dev/zero`);
  await first.promise;
  // The program ends, for the system takes the rest.
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  vi.advanceTimersByTime(60_000);
  room.resolve();
  expect(await end).toEqual({ code: 0, isOutputCut: false });
  expect(read).toBe(bytes);
});

it('a process that a program has left does not keep it open', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let text = '';
  const end = run(async (chunk) => {
    text += Buffer.from(chunk).toString();
  }, 'sleep 20 & echo $!');
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  // One look for each turn, as where the clock is the system's.
  for (let look = 0; look < 300; look += 1) {
    vi.advanceTimersByTime(20);
    await new Promise(setImmediate);
  }
  try {
    expect(await end).toEqual({ code: 0, isOutputCut: false });
  } finally {
    process.kill(Number(text));
  }
});
