import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { withProgress } from '../../src/cli/terminal/progress.ts';

async function shownOn(isTTY: boolean): Promise<string> {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const stderr = Object.assign(new PassThrough(), { isTTY });
  await withProgress({ stderr }, 'waiting', async (tell) => {
    await vi.advanceTimersByTimeAsync(600);
    tell('120,000 of 1,000,000');
    await vi.advanceTimersByTimeAsync(3_000);
  });
  return String(stderr.read() ?? '');
}

it('what takes longer than a moment shows how far it is, and leaves nothing behind', async () => {
  const shown = (await shownOn(true)).split('\r\u001b[2K');
  expect(shown[1]).toBe('| waiting (0 s)');
  expect(shown.at(-2)).toMatch(/^. waiting: 120,000 of 1,000,000 \(3 s\)$/);
  expect(shown.at(-1)).toBe('');
});

it('in a pipe it shows nothing', async () => {
  expect(await shownOn(false)).toBe('');
});
