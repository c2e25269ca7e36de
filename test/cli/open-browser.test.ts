import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInBrowser } from '../../src/cli/admin/open-browser.ts';
import { describeLane } from '../support/lane.ts';

const url = 'http://127.0.0.1:4000/#code=a&b';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-browser-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a browser', () => {
  it('is the one that BROWSER names, and gets the address as one word', async () => {
    const [program, seen] = [join(folder, 'browser'), join(folder, 'seen')];
    await writeFile(program, `#!/bin/sh\nprintf '%s|' "$@" > ${seen}.part\nmv ${seen}.part ${seen}\n`, { mode: 0o755 });
    expect(await openInBrowser(url, { BROWSER: program })).toBe(true);
    await expect.poll(() => readFile(seen, 'utf8').catch(() => '')).toBe(`${url}|`);
  });

  it('that is not there is no browser, so that the address is printed', async () => {
    expect(await openInBrowser(url, { BROWSER: join(folder, 'none') })).toBe(false);
  });

  describeLane({ name: 'linux', missing: process.platform === 'linux' ? undefined : 'only Linux has DISPLAY' }, () => {
    it('is looked for on a screen alone', async () => {
      expect(await openInBrowser(url, {})).toBe(false);
      expect(await openInBrowser(url, { DISPLAY: '', WAYLAND_DISPLAY: '' })).toBe(false);
    });
  });
});
