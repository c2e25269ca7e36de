import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/api-error.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import { runAdmin, type Outcome, type RunOptions } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';

const secret = 'hunter2-Zq9';
const base = ['secret', 'set', '--scope', 'production', 'DB_PASSWORD'];
let api: WireApi;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-secret-set-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  api = await startWireApi({
    'secrets.set': ({ scope, key, value = '' }) => {
      if (key === 'DENIED') throw new ApiError('permission_denied', `this token may not set ${key}`);
      return {
        scope: `internal:${scope}`,
        key,
        version: '7',
        bytes: Buffer.byteLength(value, 'base64'),
        updatedAt: '2026-11-25T10:00:00.123Z',
      };
    },
  });
});
afterEach(async () => {
  await api.close();
});

type Run = (args: readonly string[], options?: RunOptions) => Promise<Outcome>;
const by =
  (admin: Run): Run =>
  (args, options = {}) =>
    admin(args, { ...options, environment: { KICI_URL: api.url, ...options.environment } });
const run = by(adminInProcess);
/** As a separate process, on pipes. */
const runProgram = by(runAdmin);

function stored(): Buffer {
  const input: unknown = api.calls[0]?.input;
  if (api.calls.length !== 1 || typeof input !== 'object' || input === null || !('value' in input))
    throw new Error(`expected one write, saw ${JSON.stringify(api.calls)}`);
  return Buffer.from(String(input.value), 'base64');
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

describe('a byte order mark', () => {
  it('is kept, with a warning', async () => {
    const { exitCode, stderr } = await run(base, { stdin: '\ufeffhunter2\n' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('byte order mark') });
    expect(stored()).toEqual(Buffer.from('\ufeffhunter2'));
    expect((await run([...base, '--from-file', await file('bom', '\ufeffx')])).stderr).toContain('byte order mark');
    expect((await run(base, { stdin: 'hunter2' })).stderr).toBe('');
  });
});

describe('a value in the place of a name', () => {
  it.each([
    ['KEY=value', ['secret', 'set', '--scope', 'production', `DB_PASSWORD=${secret}`]],
    ['KEY=value to declare', ['secret', 'declare', '--scope', 'production', `DB_PASSWORD=${secret}`]],
    ['--from-env NAME=value', [...base, '--from-env', `DB_PASSWORD=${secret}`]],
  ])('%s is refused before anything is sent, and not shown', async (_, args) => {
    const outcome = await run(args, { stdin: 'other' });
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('name');
    expect(outcome.stderr).not.toContain(secret);
    expect(api.calls).toEqual([]);
  });
});

describe('input modes', () => {
  it('takes standard input when it is told to, and in a pipe without being told', async () => {
    for (const flags of [['--from-stdin'], []]) {
      const outcome = await runProgram([...base, ...flags], { stdin: `${secret}\n` });
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      expect(outcome.stdout).toBe(
        'set DB_PASSWORD in scope internal:production: 11 bytes, version 7, 2026-11-25T10:00:00Z\n',
      );
    }
    expect(api.calls.length).toBe(2);
    for (const { input } of api.calls)
      expect(input).toEqual({ scope: 'production', key: 'DB_PASSWORD', value: Buffer.from(secret).toString('base64') });
  });

  it('reads a file', async () => {
    expect((await run([...base, '--from-file', await file('db.pass', `${secret}\n`)])).exitCode).toBe(0);
    expect(stored().toString()).toBe(secret);
  });

  it('reads an environment variable verbatim', async () => {
    expect((await runProgram([...base, '--from-env', 'MINE'], { environment: { MINE: `${secret}\n` } })).exitCode).toBe(
      0,
    );
    expect(stored().toString()).toBe(`${secret}\n`);
  });

  it('takes an argument verbatim and warns that it is visible in shell history', async () => {
    const outcome = await runProgram([...base, '--value', `${secret} `]);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toContain('visible in shell history');
    expect(outcome.stdout + outcome.stderr).not.toContain(secret);
    expect(stored().toString()).toBe(`${secret} `);
  });

  it('refuses two modes before it reads or sends anything', async () => {
    const outcome = await run([...base, '--from-file', join(folder, 'is-not-there'), '--from-env', 'IS_NOT_SET']);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('--from-file and --from-env cannot be used together');
    expect((await run([...base, '--value', 'a', '--value', 'b'])).exitCode).toBe(2);
    expect(api.calls).toEqual([]);
  });

  it('needs a terminal for a prompt', async () => {
    const outcome = await run([...base, '--prompt'], { stdin: secret });
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('--from-stdin');
  });

  it('says which file or variable is missing', async () => {
    const noFile = await run([...base, '--from-file', join(folder, 'nothing')]);
    expect(noFile).toMatchObject({ exitCode: 1, stdout: '' });
    expect(noFile.stderr).toContain('cannot_read');
    expect((await run([...base, '--from-env', 'UNSET_ONE'])).stderr).toContain('UNSET_ONE is not set');
    expect((await run([...base, '--from-file', folder])).exitCode).toBe(1);
    expect(api.calls).toEqual([]);
  });

  it('refuses an argument or variable whose bytes were lost, instead of storing U+FFFD', async () => {
    const outcome = await run([...base, '--value', 'a\uFFFDb']);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain('damaged_value');
    expect(api.calls).toEqual([]);
  });
});

describe('what is stored', () => {
  const pem = '-----BEGIN KEY-----\nabc\n-----END KEY-----\n';
  it.each<[string, string | Uint8Array, string | Uint8Array, string[]]>([
    ['one line loses its line end', 'one\n', 'one', []],
    ['one line loses a Windows line end', 'one\r\n', 'one', []],
    ['one line loses one line end only', 'one', 'one', []],
    ['--no-trim keeps it', 'one\n', 'one\n', ['--no-trim']],
    ['several lines keep the last one', pem, pem, []],
    ['--trim takes it off several lines', pem, pem.slice(0, -1), ['--trim']],
    ['two line ends are two lines', 'one\n\n', 'one\n\n', []],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from([0xff, 0xfe, 0x0a]), []],
    ['a NUL', Buffer.from('a\0b\n'), Buffer.from('a\0b\n'), []],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x61]), Buffer.from([0xef, 0xbb, 0xbf, 0x61]), []],
  ])('%s', async (_, given, wanted, flags) => {
    expect((await run([...base, ...flags], { stdin: given })).exitCode).toBe(0);
    expect(stored()).toEqual(Buffer.from(wanted));
    expect((await run([...base, ...flags, '--from-file', await file('value', given)])).exitCode).toBe(0);
    expect(api.calls[1]?.input).toEqual(api.calls[0]?.input);
  });

  it('comes byte for byte through a pipe', async () => {
    const given = Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0d, 0x0a]);
    expect((await runProgram(base, { stdin: given })).exitCode).toBe(0);
    expect(stored()).toEqual(given);
  });

  it('takes 64 KiB, with a line end behind it', async () => {
    expect((await run(base, { stdin: `${'x'.repeat(65_536)}\n` })).exitCode).toBe(0);
    expect(stored().byteLength).toBe(65_536);
  });

  it('refuses 64 KiB and one byte, from a file and from a pipe', async () => {
    const big = 'x'.repeat(65_537);
    for (const outcome of [
      await runProgram(base, { stdin: big }),
      await runProgram([...base, '--from-file', await file('big', big)]),
    ]) {
      expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
      expect(outcome.stderr).toContain('too_large: the value is larger than 65536 bytes');
    }
    expect(api.calls).toEqual([]);
  });

  it('refuses an endless source without reading it all', async () => {
    expect((await runProgram([...base, '--from-file', '/dev/zero'])).stderr).toContain('too_large');
  });

  it('refuses an empty value unless told otherwise', async () => {
    for (const stdin of ['', '\n']) expect((await run(base, { stdin })).stderr).toContain('empty_value');
    expect(api.calls).toEqual([]);
    expect((await run([...base, '--allow-empty'])).exitCode).toBe(0);
    expect(stored().byteLength).toBe(0);
  });
});

describe('fingerprint and rehearsal', () => {
  it('goes on when the fingerprint is that of the bytes to be stored', async () => {
    expect(
      (await run([...base, '--confirm-fingerprint', sha256('one').toUpperCase()], { stdin: 'one\n' })).exitCode,
    ).toBe(0);
  });

  it('refuses any other before a request, and says so where the untrimmed bytes match', async () => {
    const other = await run([...base, '--confirm-fingerprint', sha256('two')], { stdin: 'one\n' });
    expect(other.exitCode).toBe(1);
    expect(other.stderr).not.toContain('line end');
    const untrimmed = await run([...base, '--confirm-fingerprint', sha256('one\n')], { stdin: 'one\n' });
    expect(untrimmed.exitCode).toBe(1);
    expect(untrimmed.stderr).toContain('includes the line end');
    expect(untrimmed.stderr).toContain('--no-trim');
    expect(api.calls).toEqual([]);
  });

  it('refuses what is not a fingerprint as wrong usage', async () => {
    expect((await run([...base, '--confirm-fingerprint', 'abc'], { stdin: 'one' })).exitCode).toBe(2);
  });

  it("prints the rehearsal's exact line and writes nothing", async () => {
    const outcome = await run([...base, '--dry-run'], { stdin: `${secret}\n` });
    expect(outcome).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `[dry-run] would set DB_PASSWORD in scope production sha256=${sha256(secret)}\n`,
    });
    const json = await run([...base, '--dry-run', '--json'], { stdin: `${secret}\n` });
    expect(JSON.parse(json.stdout)).toEqual({
      dryRun: true,
      scope: 'production',
      key: 'DB_PASSWORD',
      bytes: 11,
      sha256: sha256(secret),
    });
    expect((await run([...base, '--dry-run', '--confirm-fingerprint', sha256('x')], { stdin: secret })).exitCode).toBe(
      1,
    );
    expect(api.calls).toEqual([]);
  });
});

describe('failures', () => {
  it('refuses names that cannot be before it reads a value', async () => {
    const outcome = await run(['secret', 'set', '--scope', 'a//b', 'KEY', '--from-file', join(folder, 'nothing')]);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('empty segment');
  });

  it("tells the orchestrator's refusal with its code and the next step, and never the value", async () => {
    const args = ['secret', 'set', '--scope', 'production', 'DENIED', '--value', secret];
    const text = await run(args);
    expect(text).toMatchObject({ exitCode: 1, stdout: '' });
    expect(text.stderr).toMatch(/kici-admin: permission_denied: this token may not set DENIED\n +ask an owner/);
    const json = await run([...args, '--json']);
    expect(json.stdout).toBe('');
    expect(JSON.parse(json.stderr.split('\n')[1] ?? '')).toMatchObject({ error: 'permission_denied' });
    expect(text.stderr + json.stderr).not.toContain(secret);
  });

  it('says how to start an orchestrator where none answers', async () => {
    const outcome = await run(base, { stdin: secret, environment: { KICI_URL: 'http://0.0.0.0:1' } });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain('unreachable');
    expect(outcome.stderr).toContain('kici-orchestrator');
  });

  it('never shows the value of a stray argument', async () => {
    for (const args of [
      [...base, secret],
      [...base, `--valeu=${secret}`],
      [...base, '--value', 'x', secret],
    ]) {
      const outcome = await run(args);
      expect(outcome.exitCode).toBe(2);
      expect(outcome.stderr).not.toContain(secret);
    }
  });

  it('sends the token of a file or the environment, and the organization', async () => {
    await run([...base, '--org', 'payments', '--token-file', await file('token', 'from-file\n')], {
      stdin: 'x',
      environment: { KICI_TOKEN: 'from-env' },
    });
    await run(base, { stdin: 'x', environment: { KICI_TOKEN: 'from-env', KICI_ORG: 'shop' } });
    expect(api.calls.map(({ organization, token }) => [organization, token])).toEqual([
      ['payments', 'from-file'],
      ['shop', 'from-env'],
    ]);
  });
});
