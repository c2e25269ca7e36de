import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxName } from '../../../src/agent/sandbox/profile.ts';
import { programFile } from '../../support/programs.ts';
import { startFakeJobs } from './fake-jobs.ts';
import { expectNothingLeft, processesOf, type Place } from './remains.ts';

export interface Attack {
  readonly sandbox: SandboxName;
  /** Job options, each followed by a comma. */
  readonly options: string;
  readonly kills: number;
  /** The same seed gives the same kills, as far as the machine allows. */
  readonly seed: number;
  readonly tell: (line: string) => void;
}

const child = `const { spawn } = await import('node:child_process'); const { once } = await import('node:events');
const ready = async (options) => once(spawn('sh', ['-c', 'trap "" TERM HUP; echo x >&3; exec 3>&-; while :; do sleep 1; done'], { ...options, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] }).stdio[3], 'data');`;

/** What steps are doing when they or their agents are killed; each has a mounted file. */
const bodies = [
  'await ctx.$`sleep 300`;',
  `${child} await ready({}); for (;;);`,
  `${child} await ready({}); for (;;) console.log('x'.repeat(1000));`,
  `${child} await ready({});`,
  `${child} await ready({ detached: true }); await ctx.$\`sleep 300\`;`,
  'await ctx.$`seq 1 1000`;',
];

/** About the time that an undisturbed agent takes from start to end on an idle machine. */
const spanMs = 1_500;

/**
 * Kills agents and steps at random moments, then searches for files, processes, containers and journals.
 * @throws what was left
 */
export async function attack({ sandbox, options, kills, seed, tell }: Attack): Promise<void> {
  const random = randomOf(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const api = await startFakeJobs({ values: { A: 'value-of-a' } });
  const root = mkdtempSync(join(tmpdir(), 'kici-attack-'));
  const place = makePlace(root, options);
  const start = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [programFile('kici'), 'run', ...args], {
      cwd: place.folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: place.home,
        TMPDIR: place.temporary,
        KICI_URL: api.url,
        KICI_TOKEN: 'token',
        ...(process.env['DOCKER_HOST'] !== undefined && { DOCKER_HOST: process.env['DOCKER_HOST'] }),
      },
      stdio: 'ignore',
    });
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const workflow = `w${below(bodies.length)}`;
      const [victim, delayMs] = [random() < 0.5 ? 'agent' : 'step', below(spanMs * 2)];
      const withWatchdog = victim === 'agent' && below(4) === 0;
      tell(`${sandbox} ${kill}: ${workflow}, ${victim}${withWatchdog ? ' and watchdog' : ''} after ${delayMs} ms`);
      const agent = start(workflow, '--sandbox', sandbox);
      const ended = once(agent, 'exit');
      await Promise.race([ended, pause(delayMs)]);
      if (withWatchdog) killOne(place, random, (line) => line.includes('kici-watchdog'));
      if (victim === 'agent') agent.kill('SIGKILL');
      else {
        killOne(place, random, (line) => !line.includes('kici-watchdog') && !line.includes(' run w'));
        // The kill may have hit a child that the step does not wait for, or nothing yet.
        await Promise.race([ended, pause(spanMs)]);
        agent.kill('SIGTERM');
      }
      await ended;
      if (withWatchdog) await once(start('quick'), 'exit');
      await expectNothingLeft(place);
      const containers = sandbox === 'container' ? containersOf(place) : '';
      if (containers !== '') throw new Error(`still there: ${containers}`);
    }
  } finally {
    await api.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function makePlace(root: string, options: string): Place {
  const place = { folder: join(root, 'project'), home: join(root, 'home'), temporary: join(root, 'tmp') };
  const workflows = join(place.folder, '.kici/workflows');
  for (const folder of [workflows, place.home, place.temporary]) mkdirSync(folder, { recursive: true });
  const source = (name: string, extra: string, body: string): string =>
    `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('${name}', { on: push(), jobs: [job('j', { runsOn: 'default', ${extra} steps: [step('s', async (ctx) => { ${body} })] })] });
`;
  for (const [index, body] of bodies.entries())
    writeFileSync(
      join(workflows, `w${index}.ts`),
      source(
        `w${index}`,
        `environment: 'production', ${options}`,
        `await ctx.secrets.mountFile({ sources: ['A'] }); ${body}`,
      ),
    );
  writeFileSync(join(workflows, 'quick.ts'), source('quick', '', ''));
  return place;
}

function killOne(place: Place, random: () => number, isVictim: (line: string) => boolean): void {
  const victims = processesOf(place).filter(isVictim);
  const victim = victims[Math.floor(random() * victims.length)];
  if (victim === undefined) return;
  try {
    process.kill(Number.parseInt(victim, 10), 'SIGKILL');
  } catch {
    // It has ended since.
  }
}

function containersOf({ folder }: Place): string {
  return execFileSync('docker', ['ps', '--all', '--filter', `volume=${folder}`, '--format', '{{.Names}}'], {
    encoding: 'utf8',
  }).trim();
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
