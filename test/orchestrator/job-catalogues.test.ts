import { describe, expect, it } from 'vitest';
import { open } from './support/jobs.ts';
import { base64, startServer, type TestServer } from './support/server.ts';

const keys = Array.from({ length: 100 }, (_, index) => `KEY_${index}`);
const day = 24 * 3_600_000;

async function withLongCatalogue(settings: Parameters<typeof startServer>[0] = {}): Promise<TestServer> {
  const server = await startServer(settings);
  await server.call('environments.create', { name: 'e', bind: ['s'] });
  const entries = keys.map((key) => ({ key, value: base64(key) }));
  expect(await server.call('secrets.import', { scope: 's', entries })).toMatchObject({ complete: true });
  return server;
}

function count({ rows }: TestServer): unknown {
  return rows('select count(*) as jobs, (select count(*) from job_catalogues) as catalogues from jobs')[0];
}

describe('a long catalogue', () => {
  it('is kept once for all jobs that have the same, and outlives a restart', async () => {
    const server = await withLongCatalogue();
    const jobs = await Promise.all(Array.from({ length: 10 }, () => open(server, 'e')));
    expect(count(server)).toEqual({ jobs: 10, catalogues: 1 });
    await server.application.stop();
    const again = await startServer({ settings: { dataDir: server.dataDir, port: Number(new URL(server.url).port) } });
    expect(await Promise.all(jobs.map((job) => job.value('KEY_99')))).toEqual(jobs.map(() => 'KEY_99'));
    await again.call('secrets.set', { scope: 's', key: 'LATER', value: base64('v') });
    await open(again, 'e');
    expect(count(again)).toEqual({ jobs: 11, catalogues: 2 });
  });

  it('that somebody has changed or removed opens no session', async () => {
    const server = await withLongCatalogue();
    const job = await open(server, 'e');
    let { application } = server;
    for (const sql of [
      "update job_catalogues set catalogue = replace(catalogue, 'KEY_1', 'KEY_2')",
      'delete from job_catalogues',
    ]) {
      server.tamper(sql);
      await application.stop();
      ({ application } = await startServer({
        settings: { dataDir: server.dataDir, port: Number(new URL(server.url).port) },
      }));
      await expect(job.value('KEY_1')).rejects.toMatchObject({ code: 'tampered' });
    }
  });

  it('stays while a job may use it, and goes after that', async () => {
    let now = Date.now();
    const server = await withLongCatalogue({ now: () => now });
    await open(server, 'e');
    now += day;
    await open(server, 'e');
    now += day + day / 2;
    await server.call('secrets.set', { scope: 's', key: 'LATER', value: base64('v') });
    await open(server, 'e');
    expect(count(server)).toMatchObject({ catalogues: 2 });
    now += 3 * day;
    await server.call('secrets.set', { scope: 's', key: 'LAST', value: base64('v') });
    await open(server, 'e');
    expect(count(server)).toMatchObject({ catalogues: 1 });
  });
});
