import { spawn } from 'node:child_process';

/** When, in milliseconds of the wall clock, lines of a run arrived here, and what they say. */
interface Arrival {
  readonly at: number;
  readonly line: string;
}

/** The start of a step is told by its event; the step itself tells when its function is called and when it returns. */
export interface Turnarounds {
  readonly startToAuthor: readonly number[];
  readonly authorToStart: readonly number[];
  /** Of the whole run. */
  readonly ms: number;
}

/**
 * Steps that note when their function is called and when it returns; the clock is the same in all processes.
 * @param ms that each takes; where it is less than the start of a process, no spare is ready for the next
 */
export function timedSteps(count: number, ms: number): string {
  return `import { workflow, job, step, push } from '@kici-dev/sdk';
const now = () => performance.timeOrigin + performance.now();
export default workflow('bench', { on: push(), jobs: [job('bench', { runsOn: 'default', environment: 'production',
  steps: Array.from({ length: ${count} }, (_, index) => step('step ' + index, async () => { console.log('AUTHOR ' + now());${ms === 0 ? '' : ` await new Promise((resolve) => setTimeout(resolve, ${ms}));`} console.log('RETURN ' + now()); })) })] });
`;
}

/** @param args of a run with --json @throws Error when it fails */
export async function turnarounds(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Turnarounds> {
  const began = performance.now();
  const arrivals = await linesOf(args, cwd, env);
  const ms = performance.now() - began;
  const startToAuthor: number[] = [];
  const authorToStart: number[] = [];
  let started: number | undefined;
  let returned: number | undefined;
  for (const { at, line } of arrivals) {
    if (line.includes('"step_started"')) {
      if (returned !== undefined) authorToStart.push(at - returned);
      started = at;
    }
    for (const [, what, time] of line.matchAll(/(AUTHOR|RETURN) ([\d.]+)/g)) {
      if (what === 'RETURN') returned = Number(time);
      // The first one has no spare.
      else if (started !== undefined && authorToStart.length > 0) startToAuthor.push(Number(time) - started);
    }
  }
  return { startToAuthor, authorToStart, ms };
}

/** @returns each line, with the time of its arrival */
export async function linesOf(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly Arrival[]> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const arrivals: Arrival[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const at = performance.timeOrigin + performance.now();
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    arrivals.push(...lines.map((line) => ({ at, line })));
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return arrivals;
}
