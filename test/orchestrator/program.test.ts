import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { localTokenFile } from '../../src/api/local-credentials.ts';
import { operations } from '../../src/api/registry.ts';
import {
  cleanEnvironment,
  runProgram,
  startOrchestrator,
  type ProgramResult,
  type RunningOrchestrator,
} from '../support/programs.ts';

const cleanups = new Array<() => Promise<unknown>>();
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'kici-program-'));
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function start(options: Parameters<typeof startOrchestrator>[0] = {}): Promise<RunningOrchestrator> {
  const running = await startOrchestrator(options);
  cleanups.push(() => running[Symbol.asyncDispose]());
  return running;
}

/** Runs it to its end where it cannot serve. */
async function run(
  home: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  return runProgram('kici-orchestrator', args, {
    environment: { KICI_DATA_DIR: join(home, 'data'), KICI_PORT: '0', ...cleanEnvironment(home), ...environment },
    folder: home,
  });
}

async function localClient({ url, environment }: RunningOrchestrator) {
  const token = (await readFile(localTokenFile(url, environment), 'utf8')).trim();
  return createClient({ url, token, organization: 'default' });
}

describe('kici-orchestrator', () => {
  it('starts with nothing, leaves a key and a token that only its user can read, and stops on SIGTERM', async () => {
    const running = await start();
    await (await localClient(running)).call(operations['environments.create'], { name: 'production' });
    const key = join(running.home, '.config/kici/secret.key');
    expect(await readFile(key, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    for (const file of [
      key,
      localTokenFile(running.url, running.environment),
      join(running.home, 'data/kici.db'),
      join(running.home, 'data/audit-anchor.json'),
    ]) {
      expect(`${file} ${((await stat(file)).mode & 0o777).toString(8)}`).toBe(`${file} 600`);
    }
    expect((await readdir(join(running.home, 'data'))).filter((name) => name.includes('key'))).toEqual([]);
    expect(running.output()).toMatch(/back it up separately from the data/);
    expect(running.output()).toContain(`kici-orchestrator is ready on ${running.url}`);
    expect(await running.stop()).toBe(0);
  });

  it('keeps its local token over a restart on the same address, and makes a new one when it was revoked', async () => {
    const first = await start();
    const port = new URL(first.url).port;
    const file = localTokenFile(first.url, first.environment);
    const token = await readFile(file, 'utf8');
    await first.stop();
    const second = await start({ home: first.home, environment: { KICI_PORT: port } });
    expect(await readFile(file, 'utf8')).toBe(token);
    const client = await localClient(second);
    const [local] = (await client.call(operations['tokens.list'], {})).tokens;
    await client.call(operations['tokens.revoke'], { id: local?.id ?? '' });
    await second.stop();
    const third = await start({ home: first.home, environment: { KICI_PORT: port } });
    expect(await readFile(file, 'utf8')).not.toBe(token);
    await (await localClient(third)).call(operations['environments.list'], {});
  });

  it('sweeps what killed starts and writers have left of its files, and nothing of those that are alive', async () => {
    const first = await start();
    const token = localTokenFile(first.url, first.environment);
    await first.stop();
    const uuid = '0b9d1b2e-6f4f-4a53-9d57-0d3c6c1f2a10';
    const key = join(first.home, '.config/kici/secret.key');
    const files = [token, join(first.home, 'data/audit-anchor.json'), key];
    // Process numbers end at 2^22.
    const dead = files.map((file) => `${file}.4194304.${uuid}`);
    const old = files.map((file) => `${file}.${uuid}`);
    const alive = files.map((file) => `${file}.${process.pid}.${uuid}`);
    for (const draft of [...dead, ...old, ...alive]) await writeFile(draft, 'draft');
    for (const draft of old) await utimes(draft, new Date(0), new Date(0));
    await start({ home: first.home, environment: { KICI_PORT: new URL(first.url).port } });
    for (const draft of [...dead, ...old]) await expect(stat(draft)).rejects.toThrow('ENOENT');
    for (const draft of alive) expect((await stat(draft)).isFile()).toBe(true);
  });

  it('does not wait for a FIFO in the place of its local token: it is replaced', async () => {
    const first = await start();
    const token = localTokenFile(first.url, first.environment);
    await first.stop();
    await rm(token);
    execFileSync('mkfifo', [token]);
    const second = await start({ home: first.home, environment: { KICI_PORT: new URL(first.url).port } });
    await (await localClient(second)).call(operations['environments.list'], {});
    expect(await second.stop()).toBe(0);
  });

  it('leaves its token for the loopback when it listens on every address', async () => {
    const running = await start({ environment: { KICI_HOST: '0.0.0.0' } });
    const url = `http://127.0.0.1:${new URL(running.url).port}`;
    await (await localClient({ ...running, url })).call(operations['environments.list'], {});
  });

  it('says one machine-readable line when it is ready, with --json', async () => {
    const running = await start({ args: ['--json', '--log-level', 'silent'] });
    expect(JSON.parse(running.output())).toEqual({ ready: true, url: running.url, pid: running.process.pid });
  });

  it('keeps its key out of its environment, which children and backends see, and out of its log', async () => {
    const key = 'c3'.repeat(32);
    const probe = join(import.meta.dirname, 'support/environment-probe.ts');
    const running = await start({
      environment: { KICI_SECRET_KEY: key, KICI_BACKEND_PACKAGES: probe },
      args: ['--log-level', 'debug'],
    });
    const client = await localClient(running);
    await client.call(operations['secrets.set'], { scope: 's', key: 'K', value: 'dg==' });
    const { types } = await client.call(operations['backends.types'], {});
    expect(types.map(({ summary }) => summary)).toContain('KICI_SECRET_KEY is not there');
    expect(running.output()).not.toContain(key);
    expect(running.output()).not.toContain(
      (await readFile(localTokenFile(running.url, running.environment), 'utf8')).trim(),
    );
    await expect(stat(join(running.home, '.config/kici/secret.key'))).rejects.toThrow('ENOENT');
  });
});

describe('kici-orchestrator refuses to start', () => {
  it('on a port that is taken, and leaves nothing behind', async () => {
    const home = await newHome();
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await run(home, ['--port', String(port)]);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`something is already listening on 127.0.0.1:${port}`);
    expect(stderr).toContain('--port');
    expect(await readdir(home)).toEqual([]);
  });

  it.each([
    ['neither hex nor base64', 'hunter2'],
    ['too short', 'ab'.repeat(31)],
    ['base64 with a tail', `${Buffer.alloc(32, 7).toString('base64')}AA`],
  ])('with a key that is %s', async (_, key) => {
    const home = await newHome();
    const { code, stderr } = await run(home, [], { KICI_SECRET_KEY: key });
    expect(code).toBe(1);
    expect(stderr).toContain('KICI_SECRET_KEY is not a key');
    expect(stderr).toContain('openssl rand -hex 32');
    expect(stderr).not.toContain(key);
    expect(await readdir(home)).toEqual([]);
  });

  it('with another key than the one that sealed the data, and changes nothing', async () => {
    const running = await start();
    await (await localClient(running)).call(operations['secrets.set'], { scope: 's', key: 'K', value: 'dg==' });
    await running.stop();
    const before = await readFile(join(running.home, 'data/kici.db'));
    const { code, stderr } = await run(running.home, [], { KICI_SECRET_KEY: 'ee'.repeat(32) });
    expect(code).toBe(1);
    expect(stderr).toContain('not the key that the database was sealed with');
    expect(Buffer.compare(await readFile(join(running.home, 'data/kici.db')), before)).toBe(0);
  });

  it('with a key file that is not there, and makes none', async () => {
    const home = await newHome();
    const { code, stderr } = await run(home, ['--secret-key-file', join(home, 'missing.key')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot use the key file .*missing\.key \(ENOENT\)/);
    expect(await readdir(home)).toEqual([]);
  });

  it('over a database of a newer version that it cannot live with', async () => {
    const running = await start();
    await running.stop();
    const database = new DatabaseSync(join(running.home, 'data/kici.db'));
    database.exec(
      `insert into orchestrator_migrations (name, timestamp) values ('9999_future', '2099-01-01T00:00:00.000Z');
      update compatible_migrations set oldest = '9999_future' where owner = 'orchestrator'`,
    );
    database.close();
    const { code, stderr } = await run(running.home);
    expect(code).toBe(1);
    expect(stderr).toContain('written by a newer version');
  });

  it('in a data folder that cannot be written', async () => {
    const home = await newHome();
    await writeFile(join(home, 'data'), 'a file, not a folder');
    const { code, stderr } = await run(home);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot open the database');
    expect(stderr).toContain('KICI_DATA_DIR');
  });

  it.each([
    ['the key file', '.config/kici/secret.key', 'it is a FIFO, not a plain file'],
    ['the configuration file', 'kici.json', 'it is a FIFO, not a plain file'],
    ['the database', 'data/kici.db', 'has a FIFO in the place of kici.db'],
    ['the write-ahead log of the database', 'data/kici.db-wal', 'has a FIFO in the place of kici.db-wal'],
  ])('with a FIFO in the place of %s, at once, and says so', async (_, place, problem) => {
    const home = await newHome();
    const path = join(home, place);
    await mkdir(dirname(path), { recursive: true });
    execFileSync('mkfifo', [path]);
    const { code, stderr } = await run(home, place === 'kici.json' ? ['--config', path] : []);
    expect(code).not.toBe(0);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(place === 'data/kici.db-wal' ? 'kici.db' : path);
  });

  it('with an audit anchor that cannot be read', async () => {
    const running = await start();
    await (await localClient(running)).call(operations['environments.create'], { name: 'production' });
    await running.stop();
    const anchor = join(running.home, 'data/audit-anchor.json');
    await rm(anchor);
    // A plain file whose disk answers with an error.
    await symlink('/proc/self/mem', anchor);
    const { code, stderr } = await run(running.home);
    expect(code).toBe(1);
    expect(stderr).toContain('the audit anchor in the data folder cannot be read (EIO)');
  });

  it.each([
    ['a database URL that is none', [], { KICI_DATABASE_URL: 'mysql://kici:hunter2@db/kici' }, 'not a URL that begins'],
    ['a database password and no URL', [], { KICI_DATABASE_PASSWORD_FILE: '/none' }, 'but not which one'],
    ['no port', ['--port', 'many'], {}, 'is not a port'],
    ['a port out of range', [], { KICI_PORT: '65536' }, 'is not a port'],
    ['an unknown flag', ['--prot', '1'], {}, 'unknown option'],
    ['an argument', ['start'], {}, 'start'],
    ['two keys', ['--secret-key-file', '/tmp/none'], { KICI_SECRET_KEY: 'ab'.repeat(32) }, 'both a key and a key file'],
    ['neither true nor false', ['--ambient-credentials', 'maybe'], {}, 'neither true nor false'],
    ['no log level', ['--log-level', 'loud'], {}, 'not a log level'],
    ['no configuration file', ['--config', 'missing.json'], {}, 'cannot use the configuration file'],
    ['no address list', ['--allow-addresses', '10.0.0.0/99'], {}, 'allowed addresses'],
  ] as const)('with %s, as wrong usage that changes nothing', async (_, args, environment, message) => {
    const home = await newHome();
    const { code, stderr } = await run(home, args, environment);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
    expect(await readdir(home)).toEqual([]);
  });

  it('as JSON, with --json', async () => {
    const { code, stderr } = await run(await newHome(), ['--json', '--port', 'many']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toEqual({
      error: 'usage',
      message: expect.stringContaining('is not a port'),
      hint: expect.any(String),
    });
  });
});

describe('kici-orchestrator config', () => {
  it('tells each value and where it came from: flags over environment over file over default, secrets redacted', async () => {
    const home = await newHome();
    const file = join(home, 'kici.json');
    await writeFile(
      file,
      JSON.stringify({ port: 4100, host: '0.0.0.0', logLevel: 'warn', backendPackages: ['./one', 'two'] }),
    );
    await chmod(file, 0o600);
    const { code, stdout } = await run(home, ['--config', file, '--host', '127.0.0.2', 'config', '--json'], {
      KICI_PORT: '4200',
      KICI_SECRET_KEY: 'ab'.repeat(32),
      KICI_DATABASE_URL: 'postgres://u:hunter2@h/d',
    });
    expect(code).toBe(0);
    const shown: unknown = JSON.parse(stdout);
    expect(shown).toMatchObject({
      host: { value: '127.0.0.2', origin: 'flag', source: '--host' },
      port: { value: '4200', origin: 'environment', source: 'KICI_PORT' },
      logLevel: { value: 'warn', origin: 'file', source: file },
      backendPackages: { value: './one,two', origin: 'file' },
      ambientCredentials: { value: 'false', origin: 'default', source: '' },
      secretKey: { value: '(set)', origin: 'environment' },
      databaseUrl: { value: '(set)' },
      secretKeyFile: { value: join(home, '.config/kici/secret.key'), origin: 'default' },
      dataDir: { value: join(home, 'data'), origin: 'environment' },
    });
    expect(stdout).not.toMatch(/hunter2|abab/);
  });

  it('is a table for people', async () => {
    const { stdout } = await run(await newHome(), ['config']);
    expect(stdout).toMatch(/^NAME +VALUE +FROM +SOURCE\n/);
    expect(stdout).toMatch(/^port +0 +environment +KICI_PORT$/m);
  });

  it('refuses a file with an entry that nobody knows', async () => {
    const home = await newHome();
    await writeFile(join(home, 'kici.json'), '{"prot": 1}');
    const { code, stderr } = await run(home, ['--config', 'kici.json', 'config']);
    expect(code).toBe(2);
    expect(stderr).toContain('unknown entry "prot"');
  });
});
