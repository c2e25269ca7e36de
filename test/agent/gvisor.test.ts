import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { containersOf, docker } from './support/containers.ts';
import { gvisorMissing } from './support/gvisor.ts';
import { finished, makeProject, runWith, withSteps, type Project } from './support/project.ts';
import { expectNothingLeft, watchdogOf } from './support/remains.ts';

const inImage = `container: { image: '${process.env['KICI_TEST_STEP_IMAGE'] ?? ''}' }`;
const flags = ['--sandbox', 'container', '--runtime', 'runsc'];

describeLane({ name: 'gvisor', missing: gvisorMissing }, () => {
  it('a step has its secrets, files, output and variables, in a kernel of its own', async () => {
    const { code, stdout, stderr, left, project } = await runWith(
      { values: { A: 'value-of-a', N: Uint8Array.of(255, 0, 254, 253) } },
      withSteps(
        `step('s', async (ctx) => {
          console.log('KERNEL', (await import('node:os')).release());
          const { path } = await ctx.secrets.mountFile({ sources: ['A', 'N'], mode: 0o400 });
          await ctx.$\`stat -c 'FILE %a %s' \${path}\`;
          await ctx.secrets.exposeFile('F', { sources: ['A'] });
          await ctx.secrets.expose('A');
          await ctx.$\`cat "$F"; echo " $A"; echo EXPORTED=1 >> "$KICI_ENV"; echo made > made.txt\`;
        }), step('t', async (ctx) => {
          console.log('SEES', process.env.EXPORTED, (await import('node:fs')).readFileSync('made.txt', 'utf8').trim());
          for (let i = 1; i <= 20_000; i++) { console.log('line ' + i); console.error('error ' + i); }
          await ctx.$\`seq 1 100000\`;
          process.exit(7);
        })`,
        `environment: 'production', ${inImage}`,
      ),
      ...flags,
    );
    expect(stdout).toMatch(/^KERNEL \d/m);
    expect(stdout).not.toContain(`KERNEL ${release()}\n`);
    expect(stdout).toContain('FILE 400 14\n*** ***\n');
    expect(stdout).toContain('SEES 1 made\n');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ended with code 7')]);
    expect(numbersIn(stdout, 'line ')).toEqual(upTo(20_000));
    expect(numbersIn(stderr, 'error ')).toEqual(upTo(20_000));
    expect(numbersIn(stdout, '')).toEqual(upTo(100_000));
    expect(left).toEqual([]);
    expect(containersOf(project)).toEqual([]);
  });

  it('a step has no more of /tmp than its limit, and ends at its timeout', async () => {
    const { stderr, left, project } = await runWith(
      {},
      `import { workflow, job, step, push } from '@kici-dev/sdk';
      const options = { runsOn: 'default', ${inImage} };
      export default workflow('main', { on: push(), jobs: [
        job('small', { ...options, limits: { tmp: '1MiB' }, steps: [step('m', async () => {
          const fs = await import('node:fs');
          for (const place of ['/tmp', '/dev/shm'])
            try { fs.writeFileSync(place + '/much', Buffer.alloc(2_000_000)); console.error('TOO MUCH'); } catch (error) { console.error(place, error.code); }
        })] }),
        job('late', { ...options, steps: [step('l', { timeout: 500 }, async () => { for (;;); })] }),
      ] });`,
      ...flags,
      '--jobs',
      '2',
    );
    expect(stderr).not.toContain('TOO MUCH');
    expect(stderr).toContain('/tmp ENOSPC');
    expect(stderr).toContain('/dev/shm ENOSPC');
    expect(stderr).toContain('the step did not end within its 500 ms');
    expect(left).toEqual([]);
    expect(containersOf(project)).toEqual([]);
  });

  it('the next agent ends what outlives the agent and its watchdog', async () => {
    const { project, ids, kill } = await startBusy();
    process.kill(watchdogOf(project), 'SIGKILL');
    await kill();
    expect(processesWith(ids)).not.toEqual([]);
    await project.run('run', 'quick');
    await expectNothingLeft(project);
    expect(containersOf(project)).toEqual([]);
    expect(processesWith(ids)).toEqual([]);
  });
});

function numbersIn(text: string, before: string): readonly number[] {
  return [...text.matchAll(new RegExp(`^${before}(\\d+)$`, 'gm'))].map(([, number]) => Number(number));
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

interface Busy {
  readonly project: Project;
  /** Of its container: what runs it has them in its command line. */
  readonly ids: readonly string[];
  /** SIGKILL of the agent. */
  readonly kill: () => Promise<unknown>;
}

async function startBusy(): Promise<Busy> {
  const busy =
    "step('s', async () => { console.log('BUSY'); await new Promise((resolve) => setTimeout(resolve, 20)); for (;;); })";
  const quick = withSteps("step('s', () => {})", 'env: {}').replace("workflow('main'", "workflow('quick'");
  const project = await makeProject({ 'main.ts': withSteps(busy, inImage), 'quick.ts': quick });
  const agent = project.start(['run', 'main', ...flags]);
  const ended = finished(agent);
  await Promise.race([
    new Promise<void>((resolve) => {
      agent.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.includes('BUSY')) resolve();
      });
    }),
    ended.then(({ stderr }) => {
      throw new Error(`the run ended early: ${stderr}`);
    }),
  ]);
  const ids = containersOf(project).map((name) => docker('inspect', '--format', '{{.Id}}', name));
  return {
    project,
    ids,
    kill: async () => {
      agent.kill('SIGKILL');
      return ended;
    },
  };
}

/** Those of gVisor itself: what it runs is not seen from here. */
function processesWith(ids: readonly string[]): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = /^\d+$/.test(pid) ? readFileSync(join('/proc', pid, 'cmdline'), 'utf8') : '';
      return ids.some((id) => command.includes(id)) ? [command.replaceAll('\0', ' ')] : [];
    } catch {
      // It has ended.
      return [];
    }
  });
}
