import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/api/client.ts';
import { localTokenFile } from '../../../src/api/local-credentials.ts';
import { operations } from '../../../src/api/registry.ts';
import { createReadiness } from '../../../src/orchestrator/health/readiness.ts';
import { startOrchestrator } from '../../support/programs.ts';
import { refuse, trigger } from '../support/beside.ts';
import { connect } from '../support/raw-http.ts';
import { startServer } from '../support/server.ts';

const ready = async (url: string): Promise<number> => (await fetch(`${url}/health/ready`)).status;

async function clientOf({ url, environment }: Awaited<ReturnType<typeof startOrchestrator>>) {
  const token = (await readFile(localTokenFile(url, environment), 'utf8')).trim();
  return createClient({ url, token, organization: 'default' });
}

describe('/health/ready', () => {
  it('is false while nothing more can be written, says why in the log, and is true again afterwards', async () => {
    // Embedded: the disk of a database server is another.
    await using running = await startOrchestrator({ environment: { KICI_DATABASE_URL: '' } });
    const client = await clientOf(running);
    expect(await ready(running.url)).toBe(200);
    // Limits the size of every file, as a full disk would.
    const limit = (bytes: string): void => {
      execFileSync('prlimit', ['--pid', String(running.process.pid), `--fsize=${bytes}:`]);
    };
    limit('1024');
    await expect.poll(() => ready(running.url)).toBe(503);
    await expect(client.call(operations['environments.create'], { name: 'e' })).rejects.toThrow();
    expect((await fetch(`${running.url}/health/live`)).status).toBe(200);
    expect(running.output()).toContain('not ready: a write would fail');
    limit('unlimited');
    await expect.poll(() => ready(running.url)).toBe(200);
    await client.call(operations['environments.create'], { name: 'e' });
    expect((await readdir(join(running.home, 'data'))).filter((name) => name.includes('probe'))).toEqual([]);
  });

  it('is false when the database takes no more writes', async () => {
    const { url, tamper } = await startServer();
    expect(await ready(url)).toBe(200);
    const full = refuse('update', 'write_probes');
    tamper(full.make);
    await expect.poll(() => ready(url)).toBe(503);
    tamper(full.drop);
    await expect.poll(() => ready(url)).toBe(200);
  });

  it('is false once a newer version has made the tables ones that this version cannot live with', async () => {
    const { url, tamper, log } = await startServer();
    expect(await ready(url)).toBe(200);
    const set = (oldest: string): void => {
      tamper(`update compatible_migrations set oldest = '${oldest}' where owner = 'orchestrator'`);
    };
    set('9999_of_the_next_one');
    await expect.poll(() => ready(url)).toBe(503);
    expect(log()).toContain('newer_schema');
    set('0001_tables');
    await expect.poll(() => ready(url)).toBe(200);
  });

  it('is not kept false by what a killed process has left', async () => {
    const { url, dataDir } = await startServer();
    await writeFile(join(dataDir, 'write-probe'), 'left');
    expect(await ready(url)).toBe(200);
  });

  it('costs one write, however many ask at once', async () => {
    const { url, tamper, rows } = await startServer();
    const count = (event: 'insert' | 'update') =>
      trigger(event, 'write_probes', 'insert into probes values (new.at)').make;
    tamper(`create table probes (at bigint); ${count('insert')} ${count('update')}`);
    expect(await Promise.all(Array.from({ length: 40 }, () => ready(url)))).toEqual(
      Array.from({ length: 40 }, () => 200),
    );
    const writes = rows('select count(*) as writes from probes')[0]?.['writes'];
    expect(Number(writes)).toBeGreaterThan(0);
    expect(Number(writes)).toBeLessThan(5);
  });
});

describe('readiness', () => {
  const silent = (): void => undefined;

  it('asks once for all who ask at once, and again after a second', async () => {
    let time = 0;
    let probes = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const isReady = createReadiness(
      async () => {
        probes += 1;
        await promise;
      },
      silent,
      () => time,
    );
    const asked = [isReady(), isReady()];
    // A slow probe is not followed by another.
    time = 5_000;
    asked.push(isReady());
    resolve(undefined);
    await Promise.all(asked);
    expect(probes).toBe(1);
    time += 999;
    await isReady();
    expect(probes).toBe(1);
    time += 1;
    await isReady();
    expect(probes).toBe(2);
  });

  it('hears of a failure once, and recovers with the next probe', async () => {
    let time = 0;
    let fails = true;
    const failures: unknown[] = [];
    const isReady = createReadiness(
      async () => {
        if (fails) throw new Error('full');
      },
      (error) => failures.push(error),
      () => time,
    );
    await expect(isReady()).rejects.toThrow('full');
    await expect(isReady()).rejects.toThrow('full');
    expect(failures).toHaveLength(1);
    fails = false;
    time = 1_000;
    await isReady();
  });
});

describe('a process that may open few files', () => {
  it('still writes while strangers hold every connection that there is', async () => {
    await using running = await startOrchestrator({ openFiles: 128 });
    const client = await clientOf(running);
    const open = await Promise.all(Array.from({ length: 200 }, () => connect(running.url)));
    for (const { socket } of open) socket.write('GET / HTTP/1.1\r\n');
    for (const name of ['a', 'b', 'c']) {
      await client.call(operations['environments.create'], { name });
      await client.call(operations['secrets.set'], { scope: name, key: 'K', value: 'dg==' });
    }
    expect(await ready(running.url)).toBe(200);
    expect(await client.call(operations['audit.verify'], {})).toMatchObject({ intact: true });
    for (const { socket } of open) socket.destroy();
  });
});
