import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { Child } from '../../src/agent/process/child.ts';

afterEach(() => {
  vi.useRealTimers();
});

function shell(script: string): Child {
  return new Child({ file: '/bin/sh', args: ['-c', script], environment: {} }, '/', async () => {});
}

it('what a process has printed that has ended is kept for whoever reads it then', async () => {
  const child = shell('echo first; echo second >&2');
  await child.ended;
  // Node.js discards in a later turn what nobody reads.
  await new Promise(setImmediate);
  expect([await text(child.stdout), await text(child.stderr)]).toEqual(['first\n', 'second\n']);
  await child.gone;
});

it('the output of a process that has printed nothing ends without a reader', async () => {
  const child = shell(':');
  await Promise.all([child.stdout, child.stderr].map(async (stream) => stream.closed || once(stream, 'close')));
  expect(await child.gone).toEqual({ code: 0, signal: null });
  // And was not cut off for its silence.
  expect([child.stdout.readableEnded, child.stderr.readableEnded]).toEqual([true, true]);
});

it('what an ended process has left in its pipe is read, however long the agent was stopped', async () => {
  const bytes = 100_000;
  const child = new Child(
    { file: '/bin/sh', args: ['-c', `head -c ${bytes} /dev/zero`], environment: {} },
    '/',
    async () => {
      setImmediate(() => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      });
    },
  );
  // As where whoever reads the agent's own output is slow.
  child.stdout.pause();
  await child.ended;
  const read = buffer(child.stdout);
  await child.gone;
  expect((await read).byteLength).toBe(bytes);
});

/** Makes a process wait for as long as the clock needs. */
async function hold(child: Child, milliseconds: number): Promise<void> {
  const room = Promise.withResolvers<void>();
  const waiting = child.waitFor(room.promise);
  vi.advanceTimersByTime(milliseconds);
  room.resolve();
  await waiting;
}

it('time in which a process waits for the reader of its output does not count, and all other time does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const child = shell('exec sleep 300');
  child.killAfter();
  vi.advanceTimersByTime(2_000);
  await hold(child, 60_000);
  vi.advanceTimersByTime(2_999);
  expect(child.hasRunOut).toBe(false);
  vi.advanceTimersByTime(1);
  expect(child.hasRunOut).toBe(true);
  expect(await child.gone).toEqual({ code: null, signal: 'SIGKILL' });
});

it('many short waits give no more time than a long one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const child = shell('exec sleep 300');
  child.killAfter();
  let rounds = 0;
  for (; rounds < 1_000 && !child.hasRunOut; rounds += 1) {
    await hold(child, 1_000);
    vi.advanceTimersByTime(100);
  }
  child.kill();
  expect(rounds).toBe(50);
  await child.gone;
});

it('two readers stop the time until both have room', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const child = shell('exec sleep 300');
  child.killAfter();
  const room = Promise.withResolvers<void>();
  const waiting = child.waitFor(room.promise);
  await hold(child, 1_000);
  vi.advanceTimersByTime(60_000);
  room.resolve();
  await waiting;
  vi.advanceTimersByTime(4_999);
  expect(child.hasRunOut).toBe(false);
  vi.advanceTimersByTime(1);
  expect(child.hasRunOut).toBe(true);
  await child.gone;
});

it.each([
  ['after', true],
  ['before', false],
])('a process that has printed 16 MiB %s it was done has five seconds, whoever waits: %s', async (when, hasRunOut) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const bytes = 16_777_217;
  const child = shell(`head -c ${bytes} /dev/zero; exec sleep 300`);
  if (when === 'after') child.killAfter();
  let read = 0;
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    if (chunk instanceof Uint8Array) read += chunk.byteLength;
    if (read === bytes) break;
  }
  child.killAfter();
  void child.waitFor(new Promise(() => undefined));
  vi.advanceTimersByTime(5_000);
  child.kill();
  expect(child.hasRunOut).toBe(hasRunOut);
  child.stdout.resume();
  await child.gone;
});

it('a process that is told to end has five seconds, whoever waits, and did not run out of its own', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const child = shell("trap '' TERM; echo ready; while :; do sleep 1; done");
  await once(child.stdout, 'data');
  void child.waitFor(new Promise(() => undefined));
  child.killAfter();
  vi.advanceTimersByTime(60_000);
  expect(child.hasEnded).toBe(false);
  child.end();
  vi.advanceTimersByTime(5_000);
  expect(await child.gone).toEqual({ code: null, signal: 'SIGKILL' });
  expect(child.hasRunOut).toBe(false);
});

it('a process that is gone is sent no signal, for its number may be that of another', async () => {
  const child = shell(':');
  await child.gone;
  const kill = vi.spyOn(process, 'kill');
  onTestFinished(() => {
    kill.mockRestore();
  });
  child.end();
  child.kill();
  expect(kill).not.toHaveBeenCalled();
});
