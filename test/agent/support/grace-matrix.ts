import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printing } from './output.ts';
import { finished, makeProject, type Outcome, type Project } from './project.ts';

/** A command that takes a while to release what it holds. */
const holder = `await ctx.$\`trap "echo TOLD; sleep 1; rm lock; echo RELEASED; exit 0" TERM; touch lock; echo LOCKED; while :; do sleep 0.1; done\`;`;

/** A step's children have time to end. @param extra job options, each followed by a comma */
export function graceMatrix(sandbox: string, extra = ''): void {
  const started = async (
    steps: string,
  ): Promise<{
    project: Project;
    locked: Promise<unknown>;
    outcome: Promise<Omit<Outcome, 'left'>>;
    kill: (signal: NodeJS.Signals) => void;
  }> => {
    const project = await makeProject({ 'main.ts': printing(steps, extra) });
    const child = project.start(['run', '--sandbox', sandbox]);
    const locked = new Promise<void>((resolve) => {
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('LOCKED\n')) resolve();
      });
    });
    return { project, locked, outcome: finished(child), kill: (signal) => child.kill(signal) };
  };
  const body = (text: string, options = ''): string => `step('s', { ${options} }, async (ctx) => { ${text} })`;
  const expectReleased = ({ stdout }: { stdout: string }, project: Project): void => {
    expect(stdout).toContain('LOCKED\nTOLD\nRELEASED\n');
    expect(existsSync(join(project.folder, 'lock'))).toBe(false);
    expect(readdirSync(project.temporary)).toEqual([]);
  };

  it('a command gives back what it holds when its step times out', async () => {
    const { project, outcome } = await started(body(holder, 'timeout: 4000'));
    const ended = await outcome;
    expectReleased(ended, project);
    expect(ended.stdout).toContain('timed out');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('a command gives back what it holds at %s to the agent', async (signal) => {
    const { project, locked, outcome, kill } = await started(body(holder));
    await locked;
    kill(signal);
    const ended = await outcome;
    expectReleased(ended, project);
    expect(ended.stdout).toContain('cancelled');
  });

  it('a process in the background has its time too, when its step is done', async () => {
    const { project, outcome } = await started(
      body(`const { spawn } = await import('node:child_process'); const { once } = await import('node:events');
        const child = spawn('bash', ['-c', 'trap "echo TOLD; sleep 1; rm lock; echo RELEASED; exit 0" TERM; touch lock; echo LOCKED; echo >&3; while :; do sleep 0.1; done'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
        await once(child.stdio[3], 'data'); child.unref();`),
    );
    const ended = await outcome;
    expectReleased(ended, project);
    expect(ended.code).toBe(0);
  });

  it('what does not end is ended after five seconds, whether it is a command or the step', async () => {
    const { outcome, locked, kill, project } = await started(
      body(
        `process.on('SIGTERM', () => { console.log('HEARD'); }); ctx.$\`trap "" TERM; echo LOCKED; while :; do sleep 0.1; done\`; await new Promise(() => {});`,
      ),
    );
    await locked;
    const told = performance.now();
    kill('SIGTERM');
    expect((await outcome).stdout).toContain('HEARD\n');
    expect(performance.now() - told).toBeGreaterThan(4_900);
    expect(readdirSync(project.temporary)).toEqual([]);
  });
}
