import { expect, it } from 'vitest';
import { reseal } from '../../src/composition/reseal.ts';
import { databaseFor } from '../support/engine.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';
import { open } from './support/jobs.ts';
import { base64, codeOf, startServer, testKey } from './support/server.ts';

it('reseal lists what was changed outside the orchestrator, and accepts it only when it is told to', async () => {
  const server = await startServer();
  await server.call('environments.create', { name: 'production', bind: ['high', 'low'] });
  for (const scope of ['high', 'low'])
    await server.call('secrets.set', { scope, key: 'TOKEN', value: base64(`of ${scope}`) });
  await server.call('tokens.create', { name: 'author', role: 'author' });
  await server.call('variables.set', { environment: 'production', name: 'REGION', value: 'eu' });
  const job = await open(server, 'production');
  const { dataDir } = server;
  const { server: database } = await databaseFor(dataDir);
  const settings = { dataDir, database, key: { kind: 'text', text: testKey, name: 'the test key' } } as const;
  expect(await reseal(settings, 'look')).toEqual([]);

  server.tamper(`delete from bindings where scope = 'high'; update tokens set role = 'owner' where name = 'author';
    update variables set value = 'us'; update internal_secrets set deleted = 1, version = null where scope = 'high';
    update jobs set expires_at = expires_at + 1; delete from backends; update organizations set created_at = 1;`);
  const found = [
    'the backends of default',
    'the bindings of the environment production',
    'the variables of the environment production',
    expect.stringMatching(/^the token .* \(author\)$/),
    `the session of job ${job.opened.jobId}, which is ended`,
    'the current version of TOKEN in high',
  ];
  const environment = {
    ...cleanEnvironment(dataDir),
    KICI_DATA_DIR: dataDir,
    KICI_SECRET_KEY: testKey,
    KICI_DATABASE_URL: database?.url,
  };
  const listed = await runProgram('kici-orchestrator', ['reseal', '--json'], { environment });
  expect([listed.code, listed.stderr]).toEqual([1, expect.stringContaining('tampered')]);
  expect(JSON.parse(listed.stdout)).toEqual({
    found: found.map((what) => ({ organization: 'default', what })),
    accepted: false,
  });
  expect(JSON.parse(listed.stderr)).toMatchObject({ error: 'tampered' });
  expect(await codeOf(open(server, 'production'))).toBe('tampered');

  expect(await reseal(settings, 'seal')).toHaveLength(found.length);
  expect(await reseal(settings, 'look')).toEqual([]);
  expect(await (await open(server, 'production')).value('TOKEN')).toBe('of low');
  expect(await codeOf(job.read('TOKEN'))).toBe('unauthenticated');
  expect(await server.call('audit.verify')).toMatchObject({ intact: true, openIntents: [] });
  const rows = (await server.call('audit.list')).rows.filter(({ operation }) => operation === 'rows.reseal');
  expect(rows).toMatchObject([
    { phase: 'outcome', result: 'done', actor: 'operator of the server', subject: { count: found.length } },
    { phase: 'intent' },
  ]);
});
