import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { adminCommandLine, missingTerminal } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

const body = ['b3BlbnNzaC1rZXktdjEAAAAA', 'echo body-of-the-key', 'AAAEbm9uZQ'];
const key = ['-----BEGIN OPENSSH PRIVATE KEY-----', ...body, '-----END OPENSSH PRIVATE KEY-----', ''].join('\r');
const lines = ['first-line', ...body, ''].join('\r');

describeLane({ name: 'pseudo-terminal', missing: missingTerminal }, () => {
  let api: WireApi;
  let folder: string;
  beforeEach(async () => {
    api = await startWireApi(answers);
    folder = await mkdtemp(join(tmpdir(), 'kici-paste-'));
  });
  afterEach(async () => {
    await api.close();
    await rm(folder, { recursive: true });
  });

  /** What an interactive shell shows and remembers when these pieces are pasted at a prompt that it runs. */
  async function paste(pieces: readonly string[], pauseMs: number): Promise<{ screen: string; history: string }> {
    const history = join(folder, 'history');
    const child = spawn('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      env: {
        PATH: process.env['PATH'],
        TERM: 'xterm',
        PS1: 'ready> ',
        HISTFILE: history,
        KICI_URL: api.url,
        HOME: folder,
      },
    });
    let screen = '';
    let seen = (): void => undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      seen();
    });
    const shows = async (pattern: RegExp, from = 0): Promise<void> => {
      while (!pattern.test(screen.slice(from)))
        await new Promise<void>((resolve) => {
          seen = resolve;
        });
    };
    const ended = new Promise((resolve) => {
      child.once('close', resolve);
    });
    await shows(/ready> $/);
    child.stdin.write(`${adminCommandLine(['secret', 'set', '--scope', 'production', 'SSH_KEY'])}\r`);
    await shows(/Value of SSH_KEY:/);
    for (const piece of pieces) {
      child.stdin.write(piece);
      // The pause is under test: a paste that arrives piece by piece.
      await pause(pauseMs);
    }
    await shows(/ready> $/, screen.lastIndexOf('Value of SSH_KEY:'));
    child.stdin.write('exit\r');
    await ended;
    return { screen, history: await readFile(history, 'utf8') };
  }

  function expectNothingLost({ screen, history }: { screen: string; history: string }): void {
    expect(screen).toContain('several_lines');
    expect(screen).not.toContain('command not found');
    for (const line of body) expect(screen + history).not.toContain(line);
    expect(api.calls).toEqual([]);
  }

  it.each([
    ['a key in one read', [key], 0],
    ['a key by line, with pauses', key.split(/(?<=\r)/), 250],
    ['lines in one read', [lines], 0],
    ['lines in pieces of seven bytes', lines.match(/[^]{1,7}/g) ?? [], 60],
    ['lines with line feeds, piece by piece', lines.replaceAll('\r', '\n').split(/(?<=\n)/), 200],
  ])('leaves nothing of %s to the shell and its history', async (_, pieces, pauseMs) => {
    expectNothingLost(await paste(pieces, pauseMs));
  });

  it('waits for the end of a bracketed paste, however long its pauses', async () => {
    expectNothingLost(await paste(['\u001b[200', `~${lines.slice(0, 20)}`, lines.slice(20), '\u001b[201~'], 900));
  });

  it('takes a bracketed paste of one line, with or without its line end, at Enter', async () => {
    const { screen } = await paste(['\u001b[200~one-line\r\u001b[201~', '\r'], 0);
    expect(screen).toContain('8 bytes');
    expect(api.calls.map(({ input }) => input)).toEqual([
      { scope: 'production', key: 'SSH_KEY', value: Buffer.from('one-line').toString('base64') },
    ]);
  });

  it('ends at Ctrl-D as at Ctrl-C', async () => {
    const { screen } = await paste(['\u0004'], 0);
    expect(screen).toContain('cancelled');
    expect(api.calls).toEqual([]);
  });
});
