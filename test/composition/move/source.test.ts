import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { moveData } from '../../../src/composition/move/move-data.ts';
import { bwrapMissing } from '../../agent/support/bwrap.ts';
import { base64, startServer, temporaryFolder, testKey } from '../../orchestrator/support/server.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../../support/postgres.ts';
import { cleanEnvironment, programFile } from '../../support/programs.ts';
import { digestOf, installation, key } from './installation.ts';

describeLane(postgresLane, () => {
  it('a file that is no database is named, and nothing else happens', async () => {
    const folder = await temporaryFolder();
    const to = { url: serverUrl(await makeDatabase()) };
    const file = join(folder, 'kici.db');
    await writeFile(file, randomBytes(9_000));
    await expect(moveData({ from: folder, to, key })).rejects.toMatchObject({
      code: 'cannot_open',
      message: `cannot read the database ${file} (file is not a database)`,
      hint: expect.stringContaining('--from'),
    });
    expect(await readdir(folder)).toEqual(['kici.db']);
  });

  it('what a killed orchestrator has left is moved, and stays as it is, byte by byte', async () => {
    const running = await startServer();
    await running.call('secrets.set', { scope: 's', key: 'LAST', value: base64('of the log') });
    const killed = await temporaryFolder();
    const files = ['kici.db', 'kici.db-wal', 'audit-anchor.json'];
    await running.call('audit.verify');
    for (const name of files) await copyFile(join(running.dataDir, name), join(killed, name));
    const digests = () => Promise.all(files.map((name) => digestOf({ databaseFile: join(killed, name) })));
    const before = await digests();
    expect((await stat(join(killed, 'kici.db-wal'))).size).toBeGreaterThan(0);
    const to = { url: serverUrl(await makeDatabase()) };
    await moveData({ from: killed, to, key });
    expect(await digests()).toEqual(before);
    expect(await runSql(to.url, "select key from internal_secrets where key = 'LAST'")).toHaveLength(1);
  });
});

const onlyReadable = { name: 'bubblewrap', missing: postgresLane.missing ?? bwrapMissing };

describeLane(onlyReadable, () => {
  /** Root may write wherever it is not mounted read-only. */
  function moveMounted(folder: string, url: string): Promise<readonly [code: unknown, stderr: string]> {
    const environment = { ...cleanEnvironment(tmpdir()), KICI_SECRET_KEY: testKey, KICI_DATABASE_URL: url };
    const command = [process.execPath, programFile('kici-orchestrator'), 'migrate-data', '--from', folder, '--json'];
    const args = ['--dev-bind', '/', '/', '--ro-bind', folder, folder, ...command];
    return new Promise((resolve) => {
      execFile('bwrap', args, { env: environment }, (error, _, stderr) => {
        resolve([error?.code ?? 0, stderr]);
      });
    });
  }

  it('a folder that can only be read is moved after a clean end, and told what it needs after a kill', async () => {
    const old = await installation();
    const url = serverUrl(await makeDatabase());
    const files = await readdir(old.dataDir);
    expect(await moveMounted(old.dataDir, url)).toEqual([0, '']);
    expect(await readdir(old.dataDir)).toEqual(files);
    await writeFile(`${old.databaseFile}-wal`, randomBytes(5_000));
    const [code, stderr] = await moveMounted(old.dataDir, url);
    expect([code, JSON.parse(stderr)]).toEqual([
      1,
      expect.objectContaining({ error: 'cannot_open', hint: expect.stringContaining('copy the data folder') }),
    ]);
  });
});
