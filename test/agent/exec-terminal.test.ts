import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { programFile } from '../support/programs.ts';
import { describeLane } from '../support/lane.ts';
import { journals, place } from './support/exec-place.ts';
import type { Project } from './support/project.ts';

const script = join(import.meta.dirname, 'support/in-terminal.py');
const python = await new Promise<boolean>((resolve) => {
  spawn('python3', ['-c', 'import pty'], { stdio: 'ignore' })
    .once('error', () => resolve(false))
    .once('exit', (code) => resolve(code === 0));
});

/** What is waited for, and then typed; or the rows and columns that the window gets. */
type Step = readonly [awaited: string, action: string | readonly [rows: number, columns: number]];

interface Shown {
  readonly code: number | null;
  readonly output: string;
  readonly project: Project;
}

async function atTerminal(project: Project, steps: readonly Step[], ...command: string[]): Promise<Shown> {
  const child = spawn('python3', [script, JSON.stringify(steps), ...command], {
    cwd: project.folder,
    env: project.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, output: output.replaceAll('\r\n', '\n'), project };
}

const kici = (flags: readonly string[], command: readonly string[]): string[] => [
  process.execPath,
  programFile('kici'),
  'exec',
  '--environment',
  'production',
  ...flags,
  '--',
  ...command,
];

/** `kici exec` as the leader of a session, at a terminal of its own. */
async function exec(flags: readonly string[], steps: readonly Step[], bash: string): Promise<Shown> {
  const shown = await atTerminal((await place()).project, steps, ...kici(flags, ['bash', '-c', bash]));
  expect([await shown.project.leftovers(), await journals(shown.project)]).toEqual([[], []]);
  return shown;
}

const file = ['--file', 'CERT=tls.crt'];
const masked = ['--only', 'API_KEY', '--mask'];
const shell = ['env', 'PS1=shell> ', 'TERM=dumb', 'bash', '--norc', '--noprofile', '-i'];
const wait = 'while :; do sleep 0.05; done';

describeLane({ name: 'python3', missing: python ? undefined : 'python3 is not installed' }, () => {
  it('a program at a terminal has it, and reads what is typed', async () => {
    const bash = 'test -t 0 && test -t 1 && test -t 2 && echo ready && read -r line && echo "got $line"';
    const { code, output } = await exec(file, [['ready', 'line\n']], bash);
    expect([code, output]).toEqual([0, expect.stringContaining('got line')]);
  });

  it.each([
    ['as it is', file],
    ['masked', masked],
  ])('Ctrl-C is one signal to the program, and kici ends when that does: %s', async (_, flags) => {
    const bash = `n=0; trap 'n=$((n+1))' INT; echo ready; while test $n = 0; do sleep 0.05; done; sleep 0.5; echo "interrupted $n time"; exit 6`;
    const { code, output } = await exec(flags, [['ready', '\u0003']], bash);
    expect([code, output]).toEqual([6, expect.stringContaining('interrupted 1 time')]);
  });

  it.each<[string, string, string, number]>([
    ['Ctrl-C ends a program that does not care', '\u0003', `echo ready; exec sleep 60`, 130],
    ['Ctrl-\\ ends it too', '\u001c', `exec sh -c "ulimit -c 0; echo ready; exec sleep 60"`, 131],
    ['Ctrl-D is the end of its input', '\u0004', 'echo ready; cat; exit 4', 4],
    ['a signal of its own', '', 'echo ready; kill -KILL $$', 137],
  ])('%s', async (_, typed, bash, expected) => {
    expect((await exec(file, [['ready', typed]], bash)).code).toBe(expected);
  });

  it('a window that changes its size is one for the program', async () => {
    const bash = `trap 'stty size; exit 3' WINCH; echo ready; ${wait}`;
    const { code, output } = await exec(file, [['ready', [33, 111]]], bash);
    expect([code, output]).toEqual([3, expect.stringContaining('33 111')]);
  });

  it('masked output goes through a pipe, while the keyboard stays the program’s', async () => {
    const bash = 'test -t 0 && ! test -t 1 && ! test -t 2 && echo ready && read -r line && echo "got $line $API_KEY"';
    const { code, output } = await exec(masked, [['ready', 'line\n']], bash);
    expect([code, output]).toEqual([0, expect.stringContaining('got line ***')]);
    expect(output).not.toContain('the-api-key');
  });

  it.each([
    ['as it is', [...file, '--only', 'API_KEY']],
    ['masked', [...file, ...masked]],
  ])('Ctrl-Z stops it and gives the shell back, and fg goes on where it was: %s', async (_, flags) => {
    const { project } = await place();
    const bash = 'echo ready; read -r line; test -e "$CERT" && echo "got $line"; exit 5';
    const command = kici(flags, ['bash', '-c', bash]).map((word) => `'${word}'`);
    const steps: readonly Step[] = [
      ['shell> ', `${command.join(' ')}\n`],
      ['\nready', '\u001a'],
      // A shell drops what is typed before its prompt.
      ['Stopped', ''],
      ['shell> ', 'jobs -s | grep -c Stopped; echo "in the shell"\n'],
      ['\nin the shell', ''],
      ['shell> ', 'fg\n'],
      ['bash', 'line\n'],
      ['\ngot line', ''],
      ['shell> ', 'exit $?\n'],
    ];
    const { code, output } = await atTerminal(project, steps, ...shell);
    expect([code, output]).toEqual([5, expect.stringMatching(/\n1\nin the shell\n/)]);
    expect([await project.leftovers(), await journals(project)]).toEqual([[], []]);
  });

  it('a signal to it in the background is passed on', async () => {
    const { project } = await place();
    const command = kici(file, ['bash', '-c', `trap "exit 9" TERM; echo re""ady; ${wait}`]).map((word) => `'${word}'`);
    const steps: readonly Step[] = [
      ['shell> ', `${command.join(' ')} &\n`],
      ['ready', 'kill -TERM %1; wait %1; exit $?\n'],
    ];
    const { code } = await atTerminal(project, steps, ...shell);
    expect(code).toBe(9);
    expect([await project.leftovers(), await journals(project)]).toEqual([[], []]);
  });
});
