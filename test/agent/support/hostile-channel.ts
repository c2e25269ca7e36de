import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startFakeJobs } from './fake-jobs.ts';
import { finished, makeProject } from './project.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/attacks');
const secret = 'value-of-the-secret-canary';

/** The process's peak memory in KiB; 0: it has ended, or there is no /proc. */
export function peakMemory(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes);
  } catch {
    return 0;
  }
}

/**
 * One run in which each job is an attacking step; the agent must continue, leak nothing, and stay small.
 * @param count of jobs
 * @param extra options of each job, such as its image
 */
export async function attackAgent(seed: number, count: number, sandbox: string, extra = ''): Promise<void> {
  const api = await startFakeJobs({ values: { A: secret, B: Uint8Array.of(0, 255, 1, 2) } });
  onTestFinished(() => api.close());
  const jobs = Array.from(
    { length: count },
    (_, index) =>
      `job('j${index}', { runsOn: 'default', environment: 'production', ${extra} steps: [step('s', { timeout: 6_000 }, (ctx) => attack(ctx, ${seed + index}))] })`,
  );
  const project = await makeProject(
    {
      'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';\nimport { attack } from '../attack.mjs';\nexport default workflow('main', { on: push(), jobs: [${jobs.join(',\n')}] });`,
      '.kici/attack.mjs': await readFile(join(fixtures, 'random-messages.mjs'), 'utf8'),
      '.kici/channel.mjs': await readFile(join(fixtures, 'channel.mjs'), 'utf8'),
    },
    { KICI_URL: api.url },
  );
  const child = project.start(['run', '--jobs', '4', '--sandbox', sandbox]);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMemory(child.pid));
  }, 50);
  const { code, stdout, stderr } = await finished(child);
  clearInterval(watch);
  expect([0, 1], `seed ${seed}: ${stderr}`).toContain(code);
  expect(stderr, `seed ${seed}`).not.toContain('internal_error');
  expect(`${stdout}${stderr}`, `seed ${seed}`).not.toContain(secret);
  expect(stdout.match(/^(?:j\d+ +\| )?job j\d+: (?:succeeded|failed)$/gm), `seed ${seed}: ${stderr}`).toHaveLength(
    count,
  );
  expect(await project.leftovers(), `seed ${seed}`).toEqual([]);
  expect(peak, `seed ${seed}: the agent's memory in KiB`).toBeLessThan(400_000);
}
