import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCache } from './compile-cache.ts';

export type ProgramName = 'kici' | 'kici-admin' | 'kici-orchestrator';

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is then closed; default: none. */
  readonly input?: string | Uint8Array;
  readonly folder?: string;
  /** How many files it may open; default: as many as this process. */
  readonly openFiles?: number;
  /** Its file; default: that of this checkout. */
  readonly program?: string;
}

export interface ProgramResult {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function programFile(name: ProgramName): string {
  return join(import.meta.dirname, '../../src/cli/bin', `${name}.mjs`);
}

/** A person's shell environment: nothing of ours, no variable of the test run. */
export function cleanEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    TMPDIR: process.env['TMPDIR'] ?? tmpdir(),
    LANG: 'C.UTF-8',
    ...compileCache,
  };
}

export function spawnProgram(name: ProgramName, args: readonly string[], options: ProgramOptions = {}): ChildProcess {
  const command = [process.execPath, options.program ?? programFile(name), ...args];
  const limited =
    options.openFiles === undefined
      ? command
      : ['/bin/sh', '-c', `ulimit -n ${options.openFiles}; exec "$@"`, 'sh', ...command];
  return spawn(limited[0] ?? '', limited.slice(1), {
    cwd: options.folder,
    env: { ...options.environment },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
}

/** Runs one of the real programs to its end. */
export async function runProgram(
  name: ProgramName,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawnProgram(name, args, options);
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  // A program that refuses its arguments does not read its input.
  child.stdin?.on('error', () => undefined);
  if (options.input !== undefined) child.stdin?.end(options.input);
  const code = await new Promise<ProgramResult['code']>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      resolve(status ?? signal);
    });
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString() };
}

export interface RunningOrchestrator {
  readonly url: string;
  /** A separate folder for everything: home, configuration and data. */
  readonly home: string;
  /** For the clients of the user who started it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly process: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Ends it and keeps its folder. */
  stop(): Promise<ProgramResult['code']>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface OrchestratorOptions {
  readonly home?: string;
  /** The working folder; default: the home. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly openFiles?: number;
  readonly program?: string;
}

/** On the engine of the test project; not loaded otherwise, since scripts without one start orchestrators too. */
async function databaseOf(dataDir: string): Promise<Readonly<Record<string, string>>> {
  if (process.env['KICI_TEST_ENGINE'] !== 'postgres') return {};
  const { databaseFor } = await import('./engine.ts');
  const { server } = await databaseFor(dataDir);
  return server === undefined ? {} : { KICI_DATABASE_URL: server.url };
}

/** Starts a real orchestrator on a free port of 127.0.0.1 and waits until it serves. */
export async function startOrchestrator(options: OrchestratorOptions = {}): Promise<RunningOrchestrator> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'kici-test-')));
  const dataDir = join(home, 'data');
  const base = { ...cleanEnvironment(home), ...(await databaseOf(dataDir)), ...options.environment };
  const child = spawnProgram('kici-orchestrator', options.args ?? [], {
    environment: { KICI_DATA_DIR: dataDir, KICI_PORT: '0', ...base },
    folder: options.folder ?? home,
    ...(options.openFiles !== undefined && { openFiles: options.openFiles }),
    ...(options.program !== undefined && { program: options.program }),
  });
  let printed = '';
  const ended = new Promise<ProgramResult['code']>((resolve) => {
    child.once('close', (status, signal) => {
      resolve(status ?? signal);
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const address = /https?:\/\/[\d.]+:\d+/.exec(printed)?.[0];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('close', (status, signal) => {
      reject(new Error(`the orchestrator ended with ${status ?? signal} before it served:\n${printed}`));
    });
  });
  const stop = async (): Promise<ProgramResult['code']> => {
    child.kill('SIGTERM');
    return ended;
  };
  return {
    url,
    home,
    environment: { ...base, KICI_URL: url },
    process: child,
    output: () => printed,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}
