import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localTokenFile } from '../../src/api/local-credentials.ts';
import { processIdentity } from '../../src/agent/process/identity.ts';
import { makeProject, withSteps } from './support/project.ts';

it('a FIFO, a folder or a huge file in place of a journal neither hangs nor ends a run', async () => {
  const project = await makeProject({ 'main.ts': withSteps("step('s', () => { console.log('RAN'); })", 'env: {}') });
  const folder = join(project.home, '.local/state/kici/journal');
  await mkdir(folder, { recursive: true });
  const { place } = await processIdentity();
  // Named like journals of dead agents, which would be swept.
  const name = (digit: string): string => join(folder, `${place}-4194304-1-${digit.repeat(16)}.journal`);
  execFileSync('mkfifo', [name('a')]);
  await mkdir(name('b'));
  await writeFile(name('c'), Buffer.alloc(17_000_000));
  await writeFile(name('d'), '');
  const { code, stdout } = await project.run('run');
  expect([code, stdout]).toEqual([0, expect.stringContaining('RAN')]);
  expect(await readdir(folder)).toHaveLength(3);
});

it('a FIFO in place of the local token is said, and nobody waits for it', async () => {
  const url = 'http://127.0.0.1:9';
  const project = await makeProject({ 'main.ts': withSteps("step('s', () => {})") }, { KICI_URL: url });
  const file = localTokenFile(url, { XDG_CONFIG_HOME: join(project.home, '.config') });
  await mkdir(join(file, '..'), { recursive: true });
  execFileSync('mkfifo', [file]);
  const { code, stderr } = await project.run('run');
  expect([code, stderr]).toEqual([1, expect.stringContaining(`cannot read ${file} (it is a FIFO, not a plain file)`)]);
});
