import { afterEach, expect, it, vi } from 'vitest';
import { createMasker } from '@kici-dev/secret-masker';
import { runChild, type ChildRun } from '../../src/agent/exec/child.ts';

const bytes = 100_000;

afterEach(() => {
  vi.useRealTimers();
});

/** @param write of standard output */
function run(
  write: ChildRun['io']['stdout'],
  script: string,
  signal = new AbortController().signal,
): ReturnType<typeof runChild> {
  return runChild({
    command: ['/bin/sh', '-c', script],
    starter: [],
    variables: { PATH: process.env['PATH'] ?? '' },
    masker: createMasker(),
    outputLimit: undefined,
    io: { stdout: write, stderr: async () => {} },
    signal,
  });
}

/** Waits until the program has ended, which the system lets it though nobody reads. */
async function ended(): Promise<void> {
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
}

it('a slow reader gets all that a program has printed that has ended', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const room = Promise.withResolvers<void>();
  let read = 0;
  const end = run(async (chunk) => {
    read += chunk.byteLength;
    await room.promise;
  }, `head -c ${bytes} /dev/zero`);
  await ended();
  vi.advanceTimersByTime(60_000);
  room.resolve();
  expect(await end).toEqual({ code: 0, isOutputCut: false });
  expect(read).toBe(bytes);
});

it.each(['SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
  'so does one of a program that has handled %s and gone on',
  async (name) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const room = Promise.withResolvers<void>();
    let read = 0;
    const end = run(
      async (chunk) => {
        // Only this process's own handlers: the program gets it from them.
        if (read === 0) process.emit(name, name);
        read += chunk.byteLength;
        await room.promise;
      },
      `trap 'head -c ${bytes} /dev/zero; exit' ${name.slice(3)}; echo; while :; do sleep 0.01; done`,
    );
    await ended();
    vi.advanceTimersByTime(60_000);
    room.resolve();
    expect(await end).toEqual({ code: 0, isOutputCut: false });
    expect(read).toBe(1 + bytes);
  },
);

it.each(['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const)(
  'a program that has ended waits five seconds for a reader after %s, and without it for ever',
  async (name) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let hasLeft = false;
    const end = run(async () => new Promise(() => undefined), `head -c ${bytes} /dev/zero`).finally(() => {
      hasLeft = true;
    });
    await ended();
    vi.advanceTimersByTime(60_000);
    process.emit('SIGUSR1', 'SIGUSR1');
    vi.advanceTimersByTime(60_000);
    await new Promise(setImmediate);
    expect(hasLeft).toBe(false);
    process.emit(name, name);
    vi.advanceTimersByTime(6_000);
    expect(await end).toEqual({ code: 0, isOutputCut: false });
  },
);

it('a program does not start once a signal has come', async () => {
  let printed = 0;
  const end = run(
    async (chunk) => {
      printed += chunk.byteLength;
    },
    'echo started',
    AbortSignal.abort(),
  );
  await expect(end).rejects.toMatchObject({ code: 'cancelled' });
  expect(printed).toBe(0);
});

it('a process that a program has left does not keep it open', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let text = '';
  const end = run(async (chunk) => {
    text += Buffer.from(chunk).toString();
  }, 'sleep 20 & echo $!');
  await ended();
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
