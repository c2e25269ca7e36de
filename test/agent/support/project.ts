import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { compileCache } from '../../support/compile-cache.ts';
import { programFile } from '../../support/programs.ts';
import { startFakeJobs, type FakeSecrets } from './fake-jobs.ts';
import type { WireApi } from '../../support/wire-api.ts';

export interface Outcome {
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What is left in the folder for temporary files. */
  readonly left: readonly string[];
}

export interface Project {
  readonly folder: string;
  readonly home: string;
  readonly temporary: string;
  readonly environment: Readonly<Record<string, string>>;
  start(args: readonly string[], more?: Readonly<Record<string, string>>): ChildProcess;
  run(...args: string[]): Promise<Outcome>;
  leftovers(): Promise<readonly string[]>;
}

/** If the machine has one. */
const engine = process.env['DOCKER_HOST'] === undefined ? {} : { DOCKER_HOST: process.env['DOCKER_HOST'] };

/** A user's folder without node_modules, with its own home, temporary folder and programs. */
export async function makeProject(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), 'kici-test-'));
  onTestFinished(async () => {
    await rm(root, { recursive: true, force: true });
  });
  const [folder, home, temporary, programs] = ['project', 'home', 'tmp', 'bin'].map((name) => join(root, name));
  if (folder === undefined || home === undefined || temporary === undefined || programs === undefined)
    throw new Error('unreachable');
  for (const made of [join(folder, '.kici/workflows'), home, temporary, programs])
    await mkdir(made, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = name.startsWith('bin/')
      ? join(root, name)
      : name.includes('/')
        ? join(folder, name)
        : join(folder, '.kici/workflows', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (!name.endsWith('.ts')) await chmod(path, 0o755);
  }
  const variables = {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    ...compileCache,
    ...engine,
    ...environment,
  };
  const start = (args: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess =>
    spawn(process.execPath, [programFile('kici'), ...args], {
      cwd: folder,
      env: { ...variables, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const leftovers = async (): Promise<readonly string[]> => readdir(temporary);
  return {
    folder,
    home,
    temporary,
    environment: variables,
    start,
    leftovers,
    async run(...args) {
      return { ...(await finished(start(args))), left: await leftovers() };
    },
  };
}

export async function finished(child: ChildProcess): Promise<Omit<Outcome, 'left'>> {
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const code = await new Promise<Outcome['code']>((resolve) => {
    child.once('close', (status, signal) => {
      resolve(status ?? signal);
    });
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString() };
}

/** A workflow of one job whose steps have these bodies. */
export function workflowOf(...bodies: readonly string[]): string {
  const steps = bodies.map((body, index) => `step('step ${index + 1}', async (ctx) => {\n${body}\n})`);
  return withSteps(steps.join(',\n'));
}

export function withSteps(steps: string, job = "environment: 'production'"): string {
  return `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('only', { runsOn: 'default', ${job}, steps: [${steps}] })] });
`;
}

export interface Run extends Outcome {
  readonly api: WireApi;
  readonly project: Project;
}

/** Runs it with the real `kici` against a fake orchestrator. */
export async function runWith(secrets: FakeSecrets, source: string, ...args: string[]): Promise<Run> {
  const api = await startFakeJobs(secrets);
  onTestFinished(() => api.close());
  const project = await makeProject({ 'main.ts': source }, { KICI_URL: api.url, KICI_TOKEN: 'agent-token-canary' });
  return { ...(await project.run('run', ...args)), api, project };
}

export async function fixture(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, '../../fixtures/workflows', name), 'utf8');
}
