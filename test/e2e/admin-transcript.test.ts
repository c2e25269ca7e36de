import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLeaks } from '../../examples/demo/search.ts';
import { describeLane } from '../support/lane.ts';
import {
  adminCommandLine,
  missingTerminal,
  runAdmin,
  runOnTerminal,
  type Outcome,
  type RunOptions,
} from '../support/run-program.ts';
import { startOrchestrator, type RunningOrchestrator } from '../support/programs.ts';

const set = ['secret', 'set', '--scope', 'production', 'DB_PASSWORD'];
let orchestrator: RunningOrchestrator;
beforeAll(async () => {
  orchestrator = await startOrchestrator();
});
afterAll(async () => {
  await orchestrator[Symbol.asyncDispose]();
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  runAdmin(args, { ...options, environment: { ...orchestrator.environment, ...options.environment } });

async function currentVersion(): Promise<string | undefined> {
  const { stdout } = await run(['secret', 'versions', '--scope', 'production', 'DB_PASSWORD', '--json']);
  const parsed: unknown = JSON.parse(stdout);
  if (typeof parsed !== 'object' || parsed === null || !('versions' in parsed) || !Array.isArray(parsed.versions))
    throw new Error(stdout);
  return parsed.versions.find((one) => one.current)?.version;
}

describe('right after a first start', () => {
  it('the same user needs no flag and no variable', async () => {
    const outcome = await run(['environment', 'create', 'production', '--bind', 'production']);
    expect(outcome).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: 'created environment production, bound to production\n',
    });
  });

  it('another user gets 401 until it has a token', async () => {
    const stranger = { XDG_CONFIG_HOME: join(orchestrator.home, 'nobody') };
    const refused = await run(['environment', 'list'], { environment: stranger });
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('unauthenticated');
    const token = await run(['token', 'create', 'colleague', '--role', 'auditor']);
    expect(token.exitCode).toBe(0);
    const withToken = { ...stranger, KICI_TOKEN: token.stdout.trim() };
    expect((await run(['environment', 'list'], { environment: withToken })).exitCode).toBe(0);
    expect((await run([...set, '--value', 'x'], { environment: withToken })).stderr).toContain('permission_denied');
  });
});

describe('the five input modes', () => {
  it('store what they are given, each as a new version', async () => {
    const file = join(orchestrator.home, 'db.pass');
    await writeFile(file, 'from-a-file\n');
    const outcomes = [
      await run([...set, '--from-stdin'], { stdin: 'from-stdin\n' }),
      await run([...set, '--from-file', file]),
      await run([...set, '--from-env', 'KICI_SECRET_VALUE'], { environment: { KICI_SECRET_VALUE: 'from-env' } }),
      await run([...set, '--value', 'hunter2']),
    ];
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(
      outcomes.map(({ stdout }) => /scope (\S+): (\d+) bytes, version (\S+), \S+Z\n$/.exec(stdout)?.slice(1, 3)),
    ).toEqual([10, 11, 8, 7].map((length) => ['internal:production', String(length)]));
    expect(outcomes[3]?.stderr).toContain('visible in shell history');
  });

  describeLane({ name: 'pseudo-terminal', missing: missingTerminal }, () => {
    it('among them a prompt that shows nothing', async () => {
      const before = await currentVersion();
      const { screen, exitCode } = await runOnTerminal(
        adminCommandLine([...set, '--prompt']),
        [{ waitFor: 'DB_PASSWORD:', type: 'typed-by-hand\r' }],
        orchestrator.environment,
      );
      expect(exitCode).toBe(0);
      expect(screen).toContain('13 bytes');
      expect(screen).not.toContain('typed-by-hand');
      expect(await currentVersion()).not.toBe(before);
    });
  });

  it('change nothing in a rehearsal or with a wrong fingerprint', async () => {
    const before = await currentVersion();
    const sha256 = createHash('sha256').update('hunter2').digest('hex');
    expect((await run([...set, '--value', 'hunter2', '--dry-run'])).stdout).toBe(
      `[dry-run] would set DB_PASSWORD in scope production sha256=${sha256}\n`,
    );
    expect((await run([...set, '--value', 'hunter3', '--confirm-fingerprint', sha256])).exitCode).toBe(1);
    expect(await currentVersion()).toBe(before);
  });

  it('take 64 KiB of any bytes, and not one more', async () => {
    const bytes = Buffer.alloc(
      65_536,
      Uint8Array.from({ length: 256 }, (_, index) => index),
    );
    expect((await run(['secret', 'set', '--scope', 'blobs', 'BIG'], { stdin: bytes })).stdout).toContain('65536 bytes');
    expect(
      (await run(['secret', 'set', '--scope', 'blobs', 'BIG'], { stdin: Buffer.concat([bytes, bytes.subarray(0, 1)]) }))
        .stderr,
    ).toContain('too_large');
  });
});

describe('what can be seen', () => {
  it('is names and never a value', async () => {
    const seen = await Promise.all(
      [
        ['secret', 'list', '--scope', 'production'],
        ['secret', 'list', '--environment', 'production'],
        ['secret', 'versions', '--scope', 'production', 'DB_PASSWORD'],
        ['explain', '--environment', 'production', 'DB_PASSWORD'],
        ['check', '--environment', 'production'],
        ['environment', 'show', 'production'],
        ['backend', 'list'],
        ['audit', 'list'],
        ['audit', 'verify'],
        ['scope', 'list'],
      ].flatMap((args) => [run(args), run([...args, '--json'])]),
    );
    for (const outcome of seen) {
      expect(outcome).toMatchObject({ exitCode: 0 });
      expect(outcome.stdout + outcome.stderr).not.toMatch(/hunter2|from-stdin|from-a-file|from-env|typed-by-hand/);
    }
    expect(seen[2]?.stdout).toMatch(/DB_PASSWORD +internal +production/);
    expect(seen[6]?.stdout).toContain('internal:production  wins');
  });

  it('is not in the data folder either, in any encoding', async () => {
    const { places, searched } = await findLeaks(
      ['hunter2', 'from-stdin', 'from-a-file', 'from-env', 'typed-by-hand'],
      join(orchestrator.home, 'data'),
      [],
    );
    expect(places).toEqual([]);
    expect(searched).toBeGreaterThan(1);
  });
});

describe("a secret's life", () => {
  const at = ['--scope', 'life', 'TOKEN'];
  it('goes from its name over versions to its end', async () => {
    expect((await run(['secret', 'declare', ...at])).exitCode).toBe(0);
    expect((await run(['secret', 'list', '--scope', 'life'])).stdout).toMatch(/TOKEN +internal:life +unset/);
    await run(['secret', 'set', ...at, '--value', 'one']);
    await run(['secret', 'set', ...at, '--value', 'two']);
    const versions = (await run(['secret', 'versions', ...at])).stdout;
    const first = /^(\S+) +\S+Z?$/m.exec(versions.split('\n').at(-2) ?? '')?.[1] ?? '1';
    expect((await run(['secret', 'restore', ...at, first])).stdout).toMatch(
      /^restored version .+ of TOKEN in scope internal:life: /,
    );
    expect((await run(['secret', 'delete', ...at])).stdout).toBe('deleted TOKEN from scope life\n');
    expect((await run(['secret', 'delete', ...at])).stdout).toBe('there was no TOKEN in scope life\n');
  });

  it('and of its scope', async () => {
    expect((await run(['scope', 'create', 'old'])).exitCode).toBe(0);
    expect((await run(['scope', 'rename', 'old', 'new'])).exitCode).toBe(0);
    expect(await run(['scope', 'delete', 'new', '--yes'])).toMatchObject({
      exitCode: 0,
      stdout: 'deleted scope new with 0 secrets\n',
    });
    expect((await run(['scope', 'delete', 'new', '--yes'])).stderr).toContain('not_found');
  });
});

describe('variables', () => {
  it('are set, locked, listed and deleted', async () => {
    const name = ['--environment', 'production', 'LOG_LEVEL'];
    expect((await run(['variable', 'set', ...name, '--value', 'info', '--locked'])).stdout).toMatch(
      /^set LOG_LEVEL in environment production: 4 bytes, locked, /,
    );
    expect(
      (await run(['variable', 'set', '--scope', 'production', 'LOG_LEVEL'], { stdin: 'debug\n' })).stdout,
    ).toContain('locked');
    expect((await run(['variable', 'list', '--env', 'production'])).stdout).toMatch(/LOG_LEVEL +debug +locked/);
    expect((await run(['variable', 'set', ...name, '--value', 'info', '--unlock'])).stdout).not.toContain('locked');
    expect((await run(['variable', 'delete', ...name])).exitCode).toBe(0);
  });
});
