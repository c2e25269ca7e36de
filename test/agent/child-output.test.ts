import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, expect, it, vi } from 'vitest';
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

it('a process that waits for the reader of its output has time to end, and five seconds more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const child = shell('exec sleep 300');
  child.killAfter();
  let makeRoom: () => void = () => undefined;
  const waiting = child.waitFor(
    new Promise((resolve) => {
      makeRoom = resolve;
    }),
  );
  vi.advanceTimersByTime(60_000);
  makeRoom();
  await waiting;
  vi.advanceTimersByTime(4_999);
  expect(child.hasRunOut).toBe(false);
  vi.advanceTimersByTime(1);
  expect(child.hasRunOut).toBe(true);
  expect(await child.gone).toEqual({ code: null, signal: 'SIGKILL' });
});

it('a process that is told to end has five seconds, whoever waits', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const child = shell("trap '' TERM; echo ready; while :; do sleep 1; done");
  await once(child.stdout, 'data');
  void child.waitFor(new Promise(() => undefined));
  child.killAfter();
  vi.advanceTimersByTime(60_000);
  expect(child.hasRunOut).toBe(false);
  child.end();
  vi.advanceTimersByTime(5_000);
  expect(child.hasRunOut).toBe(true);
  expect(await child.gone).toEqual({ code: null, signal: 'SIGKILL' });
});
