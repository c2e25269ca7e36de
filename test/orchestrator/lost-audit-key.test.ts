import { expect, it } from 'vitest';
import { codeOf, startServer } from './support/server.ts';

it('the lost audit key of one organization stops its audited requests alone, from the start on', async () => {
  const first = await startServer();
  for (const name of ['a', 'b']) {
    await first.call('organizations.create', { name });
    await first.as(first.owner, name)('environments.create', { name: 'e' });
  }
  await first.application.stop();
  first.tamper(`delete from data_keys where organization = 'a' and purpose = 'mac'`);
  const server = await startServer({ settings: { dataDir: first.dataDir } });
  expect(server.log()).toMatch(
    /"organization":"a","error":"UnsignableError.*KeyringError.*audit rows could not be written/,
  );
  const [a, b] = [server.as(server.owner, 'a'), server.as(server.owner, 'b')];
  // At once, so that their rows would share a commit.
  const codes = ['f', 'g', 'h'].flatMap((name) => [
    codeOf(a('environments.create', { name })),
    b('environments.create', { name }).then(() => 'created'),
  ]);
  expect(await Promise.all(codes)).toEqual(
    Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? 'audit_unavailable' : 'created')),
  );
  expect((await a('environments.list')).environments.map(({ name }) => name)).toEqual(['e']);
  expect((await b('audit.verify')).problems).toEqual([]);
});
