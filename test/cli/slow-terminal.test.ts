import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { writeTo } from '../../src/cli/terminal/io.ts';

it('many who wait for one slow reader wait together, and all go on', async () => {
  let take: () => void = () => undefined;
  const stream = new Writable({
    highWaterMark: 1,
    write: (_, __, done) => {
      take = done;
    },
  });
  const before = stream.eventNames().length;
  const rooms: Promise<void>[] = [];
  for (let writer = 0; writer < 20; writer += 1)
    writeTo(stream, 'text', {
      behind: (room) => {
        rooms.push(room);
      },
    });
  expect(rooms).toHaveLength(20);
  // Node.js warns of more than ten, on the standard error of the user.
  for (const ending of ['drain', 'close', 'error']) expect(stream.listenerCount(ending)).toBe(1);
  for (let writer = 0; writer < 20; writer += 1) {
    take();
    // oxlint-disable-next-line no-await-in-loop -- the stream hands over the next text in a later turn
    await new Promise(setImmediate);
  }
  await Promise.all(rooms);
  expect(stream.eventNames()).toHaveLength(before);
});

it('bytes count as taken once a stream of the system has none of them in its queue', () => {
  const told: string[] = [];
  let finish: () => void = () => undefined;
  const write = (name: string, stream: Writable): void => {
    writeTo(stream, Buffer.from('text'), {
      taken: () => {
        told.push(name);
      },
    });
  };
  const atOnce = { write: (_: unknown, __: unknown, done: () => void) => done() };
  const later = { write: (_: unknown, __: unknown, done: () => void) => (finish = done) };
  write('at once', Object.assign(new Writable(atOnce), { fd: 1 }));
  const slow = Object.assign(new Writable(later), { fd: 1 });
  write('slow', slow);
  // It may have kept them.
  write('without a descriptor', new Writable(atOnce));
  finish();
  expect(told).toEqual(['at once']);
});
