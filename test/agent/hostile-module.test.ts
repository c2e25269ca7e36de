import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finished, makeProject, withSteps } from './support/project.ts';

const send = `import { writeSync } from 'node:fs';
const write = (bytes) => { for (let at = 0; at < bytes.length;) { try { at += writeSync(3, bytes, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; } } };
const send = (message) => { const body = Buffer.from(JSON.stringify(message)); const head = Buffer.alloc(4); head.writeUInt32BE(body.length); write(Buffer.concat([head, body])); };
`;

describe('a module that speaks for the process that reads it', () => {
  const jobs = (...needs: readonly (readonly string[])[]): string =>
    JSON.stringify(
      needs.map((list, index) => ({
        name: `j${index}`,
        runsOn: ['default'],
        needs: list,
        env: {},
        network: false,
        steps: [{ name: 's' }],
      })),
    );
  const same = jobs([], []).replaceAll('"j1"', '"j0"');

  it.each([
    ['a need that is not a job', jobs(['nobody'])],
    ['jobs that wait for one another', jobs([], ['j2'], ['j1'])],
    ['two jobs of one name', same],
  ])('with %s makes no run that succeeds without them', async (_, list) => {
    const project = await makeProject({
      'main.ts': `${send}
        send({ type: 'workflow', file: import.meta.filename, workflow: { name: 'main', on: [{ event: 'push' }], jobs: ${list} } });
        send({ type: 'loaded' });
        process.exit(0);`,
    });
    const { code, stdout, stderr } = await project.run('run');
    expect([code, stderr]).toEqual([1, expect.stringContaining('workflow_invalid')]);
    expect(stdout).not.toContain('succeeded');
  });

  it('takes no more memory of the agent by ending its process again and again', async () => {
    const much = `${send}
      const url = 'file:///' + 'x'.repeat(12_000);
      for (let i = 0; i < 40; i += 1) send({ type: 'modules', files: [], imports: Array.from({ length: 25 }, (_, index) => ({ parent: url, kind: 'import', specifier: url.slice(9) + i + index, url })) });
      process.exit(0);`;
    const project = await makeProject({
      'a.ts': much,
      'b.ts': much,
      'c.ts': much,
      'd.ts': withSteps("step('s', () => {})"),
    });
    const { code, stderr } = await project.run('list');
    expect([code, stderr]).toEqual([1, expect.stringContaining('more bytes than there is room for')]);
  });
});

it('a folder for temporary files that no journal can name is refused', async () => {
  const project = await makeProject({ 'main.ts': withSteps("step('s', () => { console.log('RAN'); })", 'env: {}') });
  const TMPDIR = join(project.temporary, 'a\nb');
  await mkdir(TMPDIR);
  const { code, stdout, stderr } = await finished(project.start(['run'], { TMPDIR }));
  expect([code, stderr]).toEqual([1, expect.stringContaining('has a line break in its name')]);
  expect(stdout).not.toContain('RAN');
});
