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
