import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from './certificates.ts';
import { freePort } from './free-port.ts';
import { missingVariable, type Lane } from './lane.ts';

const run = promisify(execFile);

/** Servers of a test's own, which it may kill. */
export const postgresProgramsLane: Lane = {
  name: 'PostgreSQL programs',
  missing: missingVariable('KICI_TEST_POSTGRES_BIN', "the folder of PostgreSQL's `initdb` and `pg_ctl`"),
};

/** A PostgreSQL of its own, with an empty database `kici`. */
export interface Cluster extends AsyncDisposable {
  readonly url: string;
  start(): Promise<void>;
  /** As a power cut would: nothing is written or said. */
  kill(): Promise<void>;
  /** Ends every connection at once; what was committed is there. */
  stop(): Promise<void>;
}

/** @param certificate of its own, for connections with TLS; default: it offers none */
export async function makeCluster(certificate?: Certificate): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-pg-'));
  await chmod(folder, 0o755);
  const programs = process.env['KICI_TEST_POSTGRES_BIN'] ?? '';
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(folder, await idOf('-u'), await idOf('-g'));
  const data = join(folder, 'data');
  const port = await freePort();
  // PostgreSQL refuses to run as root.
  const postgres = async (program: string, args: readonly string[]): Promise<unknown> => {
    const command = [join(programs, program), ...args];
    return isRoot ? run('runuser', ['-u', 'postgres', '--', ...command]) : run(command[0] ?? '', command.slice(1));
  };
  const control = (args: readonly string[]) => postgres('pg_ctl', ['-D', data, '-w', ...args]);
  const start = () =>
    control([
      'start',
      '-l',
      join(folder, 'log'),
      '-o',
      `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1${certificate === undefined ? '' : ' -c ssl=on'}`,
    ]);
  await postgres('initdb', ['-D', data, '-U', 'kici', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '-N']);
  if (certificate !== undefined)
    for (const [name, text] of [
      ['server.crt', certificate.cert],
      ['server.key', certificate.key],
    ] as const) {
      await writeFile(join(data, name), text, { mode: 0o600 });
      if (isRoot) await chown(join(data, name), await idOf('-u'), await idOf('-g'));
    }
  await start();
  await postgres('createdb', ['-h', '127.0.0.1', '-p', String(port), '-U', 'kici', 'kici']);
  const stop = () => control(['stop', '-m', 'immediate']);
  return {
    url: `postgres://kici@127.0.0.1:${port}/kici`,
    async start() {
      // What a killed one has left may still be ending.
      for (let attempt = 1; ; attempt += 1)
        try {
          await start();
          return;
        } catch (error) {
          if (attempt === 20) throw error;
        }
    },
    async kill() {
      const [pid = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
    },
    async stop() {
      await stop();
    },
    async [Symbol.asyncDispose]() {
      await stop().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [flag, 'postgres'])).stdout.trim());
}
