import { expect, it } from 'vitest';
import { refuse } from './support/beside.ts';
import { set } from './support/jobs.ts';
import { roundsByHand } from './support/rounds.ts';
import { codeOf, startServer, temporaryFolder, type TestServer } from './support/server.ts';

const keepDeletedMs = 60_000;
const secret = { scope: 's', key: 'K' };

/** Counts sealed values in the database, whoever may read them. */
function valuesIn({ rows }: TestServer): number {
  return Number(rows('select count(*) as n from internal_versions')[0]?.['n']);
}

it('values that were deleted are erased by time alone, and before that nobody gets them back', async () => {
  let time = Date.now();
  const { repeat, round } = roundsByHand();
  const server = await startServer({ settings: { keepDeletedMs }, now: () => time, repeat });
  await set(server, 's', 'K');
  await set(server, 's', 'OTHER');
  await server.call('secrets.delete', secret);
  time += keepDeletedMs - 1;
  await round();
  expect((await server.call('secrets.versions', secret)).versions).toHaveLength(1);
  time += 1;
  expect((await server.call('secrets.versions', secret)).versions).toEqual([]);
  expect(await codeOf(server.call('secrets.restore', secret))).toBe('not_found');
  expect(valuesIn(server)).toBe(2);
  await round();
  expect(valuesIn(server)).toBe(1);
  expect(server.log()).toContain('erased deleted secrets whose retention has ended');
});

it('what is said of recent writes goes when it is no longer recent', async () => {
  const now = Date.now();
  const settings = { dataDir: await temporaryFolder(), keepDeletedMs };
  const first = await startServer({ settings, now: () => now });
  for (const until of [now + 1, now + 2])
    first.tamper(
      `insert into recent_writes (organization, backend, added, name, version, at, until)
        values ('default', 'corp-gcp', 1, 'until ${until}', 1, 0, ${until})`,
    );
  await first.application.stop();
  const second = await startServer({ settings, now: () => now + 1 });
  await expect
    .poll(() => second.rows('select until from recent_writes').map(({ until }) => Number(until)))
    .toEqual([now + 2]);
});

it('what was over while no server ran is erased at the next start, in every organization', async () => {
  let time = Date.now();
  const settings = { dataDir: await temporaryFolder(), keepDeletedMs };
  const first = await startServer({ settings, now: () => time });
  await first.call('organizations.create', { name: 'payments' });
  for (const organization of ['default', 'payments']) {
    const call = first.as(first.owner, organization);
    await call('secrets.set', { ...secret, value: 'dg==' });
    await call('secrets.delete', secret);
  }
  await first.application.stop();
  time += keepDeletedMs;
  const second = await startServer({ settings, now: () => time });
  await expect.poll(() => valuesIn(second)).toBe(0);
});

it('a round that fails is told in the log and made good by the next', async () => {
  let time = Date.now();
  const { repeat, round } = roundsByHand();
  const server = await startServer({ settings: { keepDeletedMs }, now: () => time, repeat });
  await set(server, 's', 'K');
  await server.call('secrets.delete', secret);
  time += keepDeletedMs;
  const full = refuse('delete', 'internal_versions');
  server.tamper(full.make);
  await round();
  expect(server.log()).toContain('deleted secrets could not be erased');
  server.tamper(full.drop);
  await round();
  expect(valuesIn(server)).toBe(0);
});
