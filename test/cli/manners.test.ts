import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runAdmin, type Outcome } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

let api: WireApi;
beforeEach(async () => {
  api = await startWireApi(answers);
});
afterEach(async () => {
  await api.close();
});

const run = (...args: string[]): Promise<Outcome> => runAdmin(args, { environment: { KICI_URL: api.url } });

describe('exit codes and streams', () => {
  it('gives help and version on stdout with 0', async () => {
    for (const args of [['--help'], ['secret', '--help'], ['secret', 'set', '--help']]) {
      const outcome = await run(...args);
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      expect(outcome.stdout).toContain('Usage: kici-admin');
      for (const line of outcome.stdout.split('\n')) expect(line.startsWith('  $ ') || line.length <= 80).toBe(true);
    }
    expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('shows help on stderr with 2 where a command is missing', async () => {
    for (const args of [[], ['secret']]) {
      const outcome = await run(...args);
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
      expect(outcome.stderr).toContain('Commands:');
    }
  });

  it.each([
    [['secrt', 'list'], 'secret'],
    [['secret', 'sett'], 'set'],
    [['secret', 'list', '--scop', 'a'], '--scope'],
    [['scope', 'list', '--jsn'], '--json'],
  ])('suggests what %j may have meant, with 2', async (args, wanted) => {
    const outcome = await run(...args);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(`Did you mean ${wanted}?`);
  });

  it('tells a wrong usage as JSON too', async () => {
    const outcome = await run('scope', 'list', '--nonsense', '--json');
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: 'usage' });
  });

  it('refuses an address that is none', async () => {
    expect(await run('scope', 'list', '--url', 'ftp://x')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('keeps quiet when its reader leaves early', () => {
    const { status, stderr } = spawnSync('bash', [
      '-c',
      `set -o pipefail; '${process.execPath}' src/cli/bin/kici-admin.mjs completion bash | true`,
    ]);
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  });

  it('has no colours in a pipe, and no progress', async () => {
    const outcome = await run('check', '--environment', 'production');
    expect(outcome.stdout + outcome.stderr).not.toContain('\u001b');
  });
});

describe('what is destroyed', () => {
  it.each([
    ['scopes.delete', ['scope', 'delete', 'apps/old']],
    ['backends.remove', ['backend', 'remove', 'corp-vault']],
    ['environments.delete', ['environment', 'delete', 'staging']],
  ])('%s needs --yes in a pipe', async (id, args) => {
    const refused = await run(...args);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('--yes');
    expect(api.calls).toEqual([]);
    expect((await run(...args, '--yes')).exitCode).toBe(0);
    expect(api.calls.map((call) => call.id)).toEqual([id]);
  });
});

describe('names from elsewhere', () => {
  it('cannot act on the terminal', async () => {
    const outcome = await run('secret', 'list', '--scope', 'hostile');
    expect(outcome.exitCode).toBe(0);
    // oxlint-disable-next-line no-control-regex -- control characters must not occur
    expect(outcome.stdout + outcome.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(outcome.stdout).toContain('?[31mred');
  });
});
