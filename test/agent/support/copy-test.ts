import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { contentsOf } from './contents.ts';
import { finished, makeProject } from './project.ts';

const first = `const fs = await import('node:fs');
  fs.writeFileSync('made', 'by a step'); fs.writeFileSync('source', 'changed'); fs.rmSync('old'); fs.chmodSync('tool', 0o600);
  fs.appendFileSync('.git/index', 'changed');
  console.log('OUTER', (fs.statSync('..').mode & 0o777).toString(8));
  fs.writeFileSync(fs.readlinkSync('link'), 'through a link');
  try { console.log('KEY', fs.readFileSync('keys/token', 'utf8')); } catch {}`;
const second = `const fs = await import('node:fs');
  console.log('SEES', fs.readFileSync('made', 'utf8'), fs.readFileSync('source', 'utf8'), fs.existsSync('old'), fs.readFileSync('linked', 'utf8'));`;

/** What a job writes is seen by its own later steps, and gone with it. @param extra options of each job */
export async function copyTest(flags: readonly string[], extra: string): Promise<void> {
  const job = (name: string, ...bodies: readonly string[]): string =>
    `job('${name}', { runsOn: 'default', ${extra === '' ? '' : `${extra},`} steps: [${bodies.map((body, index) => `step('s${index}', async () => { ${body} })`).join()}] })`;
  const project = await makeProject({
    'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [${job('writes', first, second)}, ${job('beside', `console.log('BESIDE', (await import('node:fs')).existsSync('made'))`)}] });`,
    '.git/HEAD': 'ref: refs/heads/main',
    '.git/index': 'old',
    './source': 'original',
    './old': 'original',
    './tool': 'original',
    './linked': 'original',
    'keys/token': 'private',
  });
  await mkdir(join(project.folder, 'empty'));
  await symlink('linked', join(project.folder, 'link'));
  await writeFile(join(project.folder, 'keys/token'), 'private');
  const before = await contentsOf(project.folder);
  const token = ['--token-file', join(project.folder, 'keys/token')];
  const { code, stdout, stderr } = await finished(
    project.start(['run', '--jobs', '1', '--project-copy', ...flags, ...token]),
  );
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  expect(stdout).toContain('SEES by a step changed false through a link\n');
  expect(stdout).toContain('BESIDE false\n');
  // In the folder for temporary files, which others can reach.
  if (flags.length === 0) expect(stdout).toContain('OUTER 700\n');
  if (flags.length > 0) expect(stdout).not.toContain('private');
  expect(await contentsOf(project.folder)).toEqual(before);
  expect(await project.leftovers()).toEqual([]);
}
