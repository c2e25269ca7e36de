import { spawn, spawnSync } from 'node:child_process';
import { compileCache } from './compile-cache.ts';
import { programFile, runProgram, type ProgramResult } from './programs.ts';

export interface Outcome {
  readonly exitCode: ProgramResult['code'];
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Content of the input pipe; default: empty. */
  readonly stdin?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Only what a program needs to start, without the machine's own KICI variables. */
function bareEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', ...compileCache, ...extra };
}

/** Runs the real `kici-admin` as a separate process, on pipes. */
export async function runAdmin(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await runProgram('kici-admin', args, {
    environment: bareEnvironment(options.environment),
    input: options.stdin ?? '',
    ...(options.cwd !== undefined && { folder: options.cwd }),
  });
  return { exitCode: code, stdout, stderr };
}

export interface TerminalStep {
  readonly waitFor: string | RegExp;
  readonly type: string;
}

/** Why this machine has no terminal; `undefined` if it has one. */
export const missingTerminal: string | undefined =
  spawnSync('script', ['--version']).status === 0 ? undefined : 'the program `script` (util-linux) is not installed';

/**
 * Runs a shell command on a pseudo-terminal, typing when the screen shows what a step waits for.
 * @returns everything that the screen showed, and the command's exit code
 */
export async function runOnTerminal(
  command: string,
  steps: readonly TerminalStep[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ screen: string; exitCode: number | null }> {
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: bareEnvironment({ TERM: 'xterm', ...environment }),
  });
  const waiting = [...steps];
  let screen = '';
  let from = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const next = waiting[0];
    const at = next === undefined ? -1 : screen.slice(from).search(next.waitFor);
    if (next === undefined || at < 0) return;
    waiting.shift();
    from = screen.length;
    child.stdin.write(next.type);
  });
  const exitCode = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { screen, exitCode };
}

export function adminCommandLine(args: readonly string[]): string {
  return [process.execPath, programFile('kici-admin'), ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
}
