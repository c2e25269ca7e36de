import { expect, it } from 'vitest';
import { inTime } from '../../src/files/in-time.ts';

it('work that is done in time gives its own answer, or its own error', async () => {
  expect(await inTime(Promise.resolve('read'), 10_000)).toBe('read');
  await expect(inTime(Promise.reject(new Error('its own')), 10_000)).rejects.toThrow('its own');
});

it('work that never ends is given up with the code of a time-out', async () => {
  await expect(inTime(new Promise(() => undefined), 5)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});
