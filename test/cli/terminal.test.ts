import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { adminCommandLine, missingTerminal, runOnTerminal } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

const secret = 'hunter2-Zq9';
const set = ['secret', 'set', '--scope', 'production', 'DB_PASSWORD'];

describeLane({ name: 'pseudo-terminal', missing: missingTerminal }, () => {
  let api: WireApi;
  let folder: string;
  beforeEach(async () => {
    api = await startWireApi(answers);
    folder = await mkdtemp(join(tmpdir(), 'kici-terminal-'));
  });
  afterEach(async () => {
    await api.close();
    await rm(folder, { recursive: true });
  });

  /** Records the terminal's settings before and after. */
  async function run(
    args: readonly string[],
    ...steps: { waitFor: string | RegExp; type: string }[]
  ): Promise<{ screen: string; exitCode: number | null; restored: boolean }> {
    const settings = (name: string): string => join(folder, name);
    const { screen, exitCode } = await runOnTerminal(
      `stty -a > ${settings('before')}; ${adminCommandLine(args)}; code=$?; stty -a > ${settings('after')}; exit $code`,
      steps,
      { KICI_URL: api.url },
    );
    return {
      screen,
      exitCode,
      restored: (await readFile(settings('before'), 'utf8')) === (await readFile(settings('after'), 'utf8')),
    };
  }

  it.each([[[]], [['--prompt']]])('asks without echo, with the flags %j', async (flags) => {
    const { screen, exitCode, restored } = await run([...set, ...flags], {
      waitFor: 'DB_PASSWORD:',
      type: `${secret}\r`,
    });
    expect(exitCode).toBe(0);
    expect(screen).not.toContain(secret);
    expect(screen).not.toContain('*');
    expect(screen).toContain('set DB_PASSWORD in scope internal:production: 11 bytes');
    expect(restored).toBe(true);
    expect(api.calls.map(({ input }) => input)).toEqual([
      { scope: 'production', key: 'DB_PASSWORD', value: Buffer.from(secret).toString('base64') },
    ]);
  });

  it('cannot be made to show what is typed', async () => {
    const { screen } = await run(
      set,
      { waitFor: 'DB_PASSWORD:', type: secret.slice(0, 7) },
      { waitFor: /./, type: `\u0014${secret.slice(7)}\r` },
    );
    expect(screen).not.toContain('hunter2');
  });

  it('leaves the terminal and the store as they were after Ctrl-C', async () => {
    const { screen, exitCode, restored } = await run(set, { waitFor: 'DB_PASSWORD:', type: 'abc\u0003' });
    expect([1, 130]).toContain(exitCode);
    expect(screen).toContain('cancelled');
    expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(screen.lastIndexOf('\u001b[?25l'));
    expect(restored).toBe(true);
    expect(api.calls).toEqual([]);
  });

  it('refuses several pasted lines instead of storing the first', async () => {
    const { screen, exitCode, restored } = await run(set, {
      waitFor: 'DB_PASSWORD:',
      type: '-----BEGIN KEY-----\rabc\r-----END KEY-----\r',
    });
    expect(exitCode).toBe(1);
    expect(screen).toContain('several_lines');
    expect(restored).toBe(true);
    expect(api.calls).toEqual([]);
  });

  it('asks before it destroys, and takes no for an answer', async () => {
    const refused = await run(['scope', 'delete', 'apps/old'], { waitFor: 'Delete scope', type: '\r' });
    expect(refused.exitCode).toBe(1);
    expect(refused.screen).toContain('nothing was changed');
    expect(api.calls).toEqual([]);
    const confirmed = await run(['scope', 'delete', 'apps/old'], { waitFor: 'Delete scope', type: 'y\r' });
    expect(confirmed.exitCode).toBe(0);
    expect(api.calls.map(({ id }) => id)).toEqual(['scopes.delete']);
  });

  it('asks for each secret of a backend in turn', async () => {
    const { screen, exitCode } = await run(
      ['backend', 'add', 'v', '--type', 'vault', '--secret', 'auth.secretId', '--secret', 'auth.token'],
      { waitFor: 'auth.secretId:', type: 'one-1\r' },
      { waitFor: 'auth.token:', type: 'two-2\r' },
    );
    expect(exitCode).toBe(0);
    expect(screen).not.toMatch(/one-1|two-2/);
    expect(api.calls[1]?.input).toMatchObject({
      secretSettings: {
        'auth.secretId': Buffer.from('one-1').toString('base64'),
        'auth.token': Buffer.from('two-2').toString('base64'),
      },
    });
  });

  it('shows colours unless NO_COLOR is set, and never in a pipe', async () => {
    const line = adminCommandLine(['check', '--environment', 'production']);
    const red = '\u001b[31m';
    expect((await runOnTerminal(line, [], { KICI_URL: api.url })).screen).toContain(red);
    expect((await runOnTerminal(line, [], { KICI_URL: api.url, NO_COLOR: '1' })).screen).not.toContain(red);
    expect((await runOnTerminal(`${line} 2>&1 | cat`, [], { KICI_URL: api.url })).screen).not.toContain(red);
  });
});
