import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findControlGroups } from '../../../src/agent/limits/control-groups.ts';
import type { SandboxName } from '../../../src/agent/sandbox/profile.ts';
import { programFile } from '../../support/programs.ts';
import { finished, makeProject, type Outcome } from './project.ts';

interface LimitRun {
  readonly body: string;
  /** Of the job, each with a comma after it. */
  readonly options?: string;
  readonly flags: readonly string[];
  /** What starts `kici`. */
  readonly before?: readonly string[];
}

export async function limitRun({
  body,
  options = '',
  flags = [],
  before = [],
}: Omit<LimitRun, 'flags'> & Partial<LimitRun>): Promise<Omit<Outcome, 'left'>> {
  const project = await makeProject({ 'main.ts': workflowOf(jobOf('only', options, body)) });
  const [file = process.execPath, ...args] = [...before, process.execPath, programFile('kici'), 'run', ...flags];
  return finished(
    spawn(file, args, { cwd: project.folder, env: project.environment, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

const bodies: readonly (readonly [name: string, limits: string, body: string, error: RegExp])[] = [
  [
    'processes',
    'processes: 64',
    `const { spawn } = await import('node:child_process'); const { once } = await import('node:events');
    for (let count = 0; count < 100; count += 1) await once(spawn('sleep', ['60'], { stdio: 'ignore' }), 'spawn');`,
    /the step exceeded its limit processes=64|EAGAIN[^]*perhaps because of the limit processes=64/,
  ],
  [
    'memory',
    "memory: '1GiB'",
    'const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1));',
    /the step exceeded its limit memory=160MiB/,
  ],
  ['output', "output: '1KiB'", "for (;;) console.log('x'.repeat(99));", /the step exceeded its limit output=1KiB/],
  [
    'tmp',
    "tmp: '1MiB'",
    "const fs = await import('node:fs'); for (const folder of ['/dev/shm', '/tmp']) { try { fs.writeFileSync(folder + '/much', Buffer.alloc(2_000_000)); console.log('TOO MUCH'); } catch (error) { if (folder === '/tmp') throw error; } }",
    /ENOSPC[^]*perhaps because of the limit tmp=1MiB/,
  ],
];

/** Each limit is kept, and named when it is met; the smaller of the job's and the run's holds. */
export function limitMatrix(sandbox: SandboxName, extra = ''): void {
  it('each limit is kept, and named by the step that meets it', async () => {
    const kept = bodies.filter(([name]) => name !== 'tmp' || sandbox !== 'none');
    const jobs = kept.map(([name, limits, body]) => jobOf(name, `${extra} limits: { ${limits} },`, body));
    const project = await makeProject({ 'main.ts': workflowOf(...jobs) });
    const { stdout, left } = await project.run('run', '--json', '--sandbox', sandbox, '--limit', 'memory=160MiB');
    const events = stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    for (const [name, , , error] of kept) {
      const end = events.find(({ type, job }) => type === 'step_finished' && job === name);
      expect(end).toMatchObject({ status: 'failed', error: expect.stringMatching(error) });
      const text = events.filter(({ type, job }) => type === 'output' && job === name).map((event) => event['text']);
      expect(text.join('')).not.toContain('TOO MUCH');
      if (name === 'output') expect(text.join('')).toHaveLength(1_024);
    }
    expect(left).toEqual([]);
    expect(groupsLeft()).toEqual([]);
  });
}

function jobOf(name: string, options: string, body: string): string {
  return `job('${name}', { runsOn: 'default', ${options} steps: [step('s', { timeout: 60_000 }, async () => { ${body} })] })`;
}

function workflowOf(...jobs: readonly string[]): string {
  return `import { workflow, job, step, push } from '@kici-dev/sdk';\nexport default workflow('main', { on: push(), jobs: [${jobs.join(', ')}] });\n`;
}

export function groupsLeft(): readonly string[] {
  const groups = findControlGroups();
  if (groups === undefined) return [];
  return [groups.memory, groups.processes].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith('kici-group-')),
  );
}
