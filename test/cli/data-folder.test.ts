import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startOrchestrator } from '../support/programs.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kici-data-folder-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

/** The output of a start without a data folder, in this working folder. */
async function startIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const server = await startOrchestrator({
    home,
    environment: { KICI_DATA_DIR: '' },
    folder,
  });
  await server.stop();
  return server.output();
}

it('keeps the data folder that it makes out of git', async () => {
  execFileSync('git', ['init', '--quiet', join(home, 'project')]);
  await startIn(join(home, 'project'));
  expect(await readFile(join(home, 'project/.kici-data/.gitignore'), 'utf8')).toBe('*\n');
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: join(home, 'project') }).toString()).toBe('');
});

it('says that another working folder makes a second, empty installation', async () => {
  expect(await startIn(join(home, 'one'))).not.toContain('empty installation');
  const told = await startIn(join(home, 'two'));
  expect(told).toContain(`${join(home, 'two/.kici-data')} is a new, empty installation`);
  expect(told).toContain(join(home, 'one/.kici-data'));
  expect(await startIn(join(home, 'one'))).not.toContain('empty installation');
});
