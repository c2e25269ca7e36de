import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SandboxName } from '../../../src/agent/sandbox/profile.ts';
import { attack } from './kill-attack.ts';
import { printing } from './output.ts';
import { finished, makeProject, type Project } from './project.ts';
import { expectNothingLeft, processesOf, watchdogOf } from './remains.ts';

/** Starts a child that ignores signals, and prints READY. */
const child = `const { spawn, spawnSync } = await import('node:child_process'); const { once } = await import('node:events');
const ready = async (options) => once(spawn('sh', ['-c', 'trap "" TERM HUP; echo x >&3; exec 3>&-; while :; do sleep 1; done'], { ...options, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] }).stdio[3], 'data');
await ready({});`;
const say = "console.log('READY');";

export const moments: Readonly<Record<string, string>> = {
  'waits for a command': `step('s', async (ctx) => { ${child} await ctx.$\`echo READY; sleep 300\`; })`,
  'has a blocked event loop': `step('s', async (ctx) => { ${child} ${say} for (;;); })`,
  'prints without end': `step('s', async (ctx) => { ${child} ${say} for (;;) console.log('x'.repeat(1000)); })`,
  'has just returned': `step('s', async (ctx) => { ${child} ${say} })`,
  'has processes in sessions of their own': `step('s', async (ctx) => { ${child} await ready({ detached: true }); await ready({ detached: true, env: { PATH: process.env.PATH, KICI_ENV: process.env.KICI_ENV } }); ${say} await new Promise(() => {}); })`,
};

/** Nothing outlives an agent. @param extra job options, each followed by a comma */
export function orphanMatrix(sandbox: SandboxName, extra = ''): void {
  it.each(Object.entries(moments))('nothing outlives SIGKILL of the agent while the step %s', async (_, steps) => {
    const { project, agent } = await ready(printing(steps, extra), sandbox);
    agent.kill('SIGKILL');
    await expectNothingLeft(project);
  });

  it('nothing outlives SIGKILL of the agent while workflows are read', async () => {
    const { project, agent } = await ready(`console.log('READY');\nfor (;;);\n${printing('')}`, sandbox);
    agent.kill('SIGKILL');
    await expectNothingLeft(project);
  });

  it('kills of agents and steps at random moments leave no file and no process', async () => {
    const seed = Date.now() % 2 ** 31;
    const told = [`seed ${seed}`];
    try {
      // A container that was never created is waited for, for a minute.
      await attack({
        sandbox,
        options: extra,
        kills: sandbox === 'container' ? 1 : 3,
        seed,
        tell: (line) => told.push(line),
      });
    } catch (error) {
      throw new Error(told.join('\n'), { cause: error });
    }
  });

  whatOutlivesBoth(sandbox, extra);
}

/** Where the sandbox does not end by itself, or there is none. */
export function whatOutlivesBoth(sandbox: SandboxName, extra = '', ...flags: readonly string[]): void {
  it('what outlives both the agent and its watchdog is ended by the next agent', async () => {
    const { project, agent } = await ready(
      printing(moments['has a blocked event loop'] ?? '', extra),
      sandbox,
      ...flags,
    );
    process.kill(watchdogOf(project), 'SIGKILL');
    agent.kill('SIGKILL');
    await finished(agent);
    if (sandbox === 'container' || flags.length > 0) expect(processesOf(project)).not.toEqual([]);
    expect((await project.run('run', 'quick')).code).toBe(0);
    await expectNothingLeft(project);
  });
}

const quick = printing("step('s', () => {})").replace("workflow('main'", "workflow('quick'");

async function ready(
  source: string,
  sandbox: string,
  ...flags: readonly string[]
): Promise<{ project: Project; agent: ChildProcess }> {
  const project = await makeProject({ 'main.ts': source });
  const agent = project.start(['run', 'main', '--sandbox', sandbox, ...flags]);
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes('READY')) resolve();
      text = text.slice(-2_000);
    };
    agent.stdout?.on('data', hear);
    agent.stderr?.on('data', hear);
    agent.once('close', () => {
      reject(new Error(`the run ended early: ${text}`));
    });
  });
  // A module that never ends would block the next run too.
  await writeFile(join(project.folder, '.kici/workflows/main.ts'), quick);
  return { project, agent };
}
