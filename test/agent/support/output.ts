import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { makeProject, type Outcome, type Project } from './project.ts';

export interface Printed {
  readonly code: Outcome['code'];
  /** What the only step printed, without the lines of `kici` itself. */
  readonly stdout: string;
  readonly stderr: string;
}

/** One job that binds no environment. @param extra job options */
export function printing(steps: string, extra = ''): string {
  return `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('only', { runsOn: 'default', ${extra} steps: [${steps}] })] });
`;
}

/** Runs the workflow and reads its output as fast as it comes. */
export async function printed(source: string, ...args: readonly string[]): Promise<Printed> {
  const project = await makeProject({ 'main.ts': source });
  const { code, stdout, stderr } = await project.run('run', ...args);
  return { code, stdout: ofTheStep(stdout), stderr };
}

/** Reads a little at a time, with pauses. */
export async function readSlowly(project: Project, ...args: readonly string[]): Promise<Printed> {
  const child = project.start(['run', ...args]);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError('a pipe to a child is a stream');
  const texts = Promise.all([sip(stdout), sip(stderr)]);
  const [code] = await once(child, 'close');
  const [out, errors] = await texts;
  return { code: typeof code === 'number' ? code : null, stdout: ofTheStep(out), stderr: errors };
}

async function sip(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of stream) {
    if (Buffer.isBuffer(chunk)) parts.push(chunk);
    await pause(1);
  }
  return Buffer.concat(parts).toString();
}

function ofTheStep(stdout: string): string {
  const begin = /^--- only › [^\n]*\n/m.exec(stdout);
  const end = stdout.search(/^--- [^\n]*: (?:succeeded|failed|timed out|cancelled) after /m);
  return begin === null || end < 0 ? stdout : stdout.slice(begin.index + begin[0].length, end);
}

export function lines(count: number, word = 'line'): string {
  return Array.from({ length: count }, (_, index) => `${word} ${index + 1}\n`).join('');
}

/** The output of `seq`. */
export function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
}
