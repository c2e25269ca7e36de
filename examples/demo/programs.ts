import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Everything that any program of the demo has printed, for the search at its end. */
export const printed: string[] = [];

const bin = join(import.meta.dirname, '../../src/cli/bin');

export interface Run {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly input?: string;
  /** Shown instead of the arguments if those contain a path of this machine. */
  readonly shown?: string;
  readonly expected?: number;
}

export function say(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

/** Runs a program as a person would, and shows what it prints. */
export async function run(program: string, args: readonly string[], options: Run): Promise<void> {
  process.stdout.write(`\n$ npx ${options.shown ?? [program, ...args].join(' ')}\n`);
  const child = spawn(process.execPath, [join(bin, `${program}.mjs`), ...args], {
    env: options.environment,
    cwd: options.folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed.push(chunk.toString());
      process.stdout.write(chunk);
    });
  }
  const code = await ended(child);
  if (code !== (options.expected ?? 0))
    throw new Error(`${program} ${args[0] ?? ''} ended with ${code}, expected ${options.expected ?? 0}`);
}

/** Starts a server and waits for the address that it prints. */
export async function start(
  program: string,
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<{ url: string; child: ChildProcess }> {
  process.stdout.write(`\n$ npx ${program} &\n`);
  const child = spawn(process.execPath, [join(bin, `${program}.mjs`)], {
    env: environment,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let seen = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        printed.push(chunk.toString());
        process.stdout.write(chunk);
        seen += chunk.toString();
        const address = /http:\/\/[\d.]+:\d+/.exec(seen)?.[0];
        if (address !== undefined) resolve(address);
      });
    }
    child.once('close', (code) => {
      reject(new Error(`${program} ended with ${code} before it served`));
    });
  });
  return { url, child };
}

export async function stop(child: ChildProcess): Promise<void> {
  const ending = ended(child);
  if (child.exitCode === null) child.kill('SIGTERM');
  await ending;
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code);
    });
  });
}
