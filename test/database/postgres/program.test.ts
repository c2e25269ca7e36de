import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../../src/api/client.ts';
import { localTokenFile } from '../../../src/api/local-credentials.ts';
import { operations } from '../../../src/api/registry.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, pgbouncerLane, serverUrl } from '../../support/postgres.ts';
import { cleanEnvironment, runProgram, startOrchestrator } from '../../support/programs.ts';

it('an orchestrator over the embedded database loads no driver of another', () => {
  const text = `
    const { openStorage } = await import('./src/composition/storage.ts');
    await (await openStorage({ dataDir: process.argv[1] })).destroy();
    const { Module } = await import('node:module');
    console.log(Object.keys(Module._cache).filter((file) => /node_modules.(pg|pg-[a-z-]+|pgpass).(?!.*\\.json$)/.test(file)).length);`;
  const folder = join(tmpdir(), `kici-lazy-${randomUUID()}`);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(import.meta.dirname, '../../..');
  expect(
    execFileSync(process.execPath, ['--input-type=module', '--eval', text, folder], { cwd: root }).toString(),
  ).toBe('0\n');
});

describeLane(pgbouncerLane, () => {
  it('an orchestrator behind a pooler makes its tables past it, and shows no password', async () => {
    const name = await makeDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'kici-program-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const pooled = new URL(serverUrl(name, 'pgbouncer'));
    const { password } = pooled;
    pooled.password = '';
    const [passwordFile, keyFile, newKeyFile] = [join(folder, 'password'), join(folder, 'key'), join(folder, 'key-2')];
    await writeFile(passwordFile, `${password}\n`);
    await writeFile(keyFile, 'ab'.repeat(32));
    const database = {
      KICI_DATABASE_URL: pooled.href,
      KICI_DATABASE_MIGRATION_URL: serverUrl(name),
      KICI_DATABASE_PASSWORD_FILE: passwordFile,
    };
    const seen: string[] = [];
    for (const [round, file] of [keyFile, newKeyFile].entries()) {
      await using running = await startOrchestrator({
        home: folder,
        environment: { ...database, KICI_SECRET_KEY_FILE: file },
      });
      const token = (await readFile(localTokenFile(running.url, running.environment), 'utf8')).trim();
      const client = createClient({ url: running.url, token, organization: 'default' });
      if (round === 0)
        await client.call(operations['environments.create'], { name: 'production', bind: ['production'] });
      const { environments } = await client.call(operations['environments.list'], {});
      expect(environments).toMatchObject([{ name: 'production', bindings: 1 }]);
      seen.push(running.output());
      await running.stop();
      if (round > 0) continue;
      const environment = {
        ...cleanEnvironment(folder),
        KICI_DATA_DIR: join(folder, 'data'),
        ...database,
        KICI_SECRET_KEY_FILE: keyFile,
      };
      const rotated = await runProgram('kici-orchestrator', ['rotate-key', '--new-key-file', newKeyFile], {
        environment,
      });
      expect([rotated.code, rotated.stdout]).toEqual([0, expect.stringContaining('the data in the database is now')]);
      const printed = await runProgram('kici-orchestrator', ['config'], { environment });
      expect(printed.stdout).toMatch(/databaseUrl +\(set\).*\n.*databaseMigrationUrl +\(set\)/);
      seen.push(printed.stdout, rotated.stdout);
    }
    expect(seen.join('\n')).not.toContain(password);
  });
});
