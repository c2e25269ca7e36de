import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { settingsTable } from '../../../test/support/settings-table.ts';
import { context, listAll, readAll, ref, value } from '../../aws/test/support/scene.ts';
import { settings } from '../settings.ts';
import { FakeSsm } from './fake/fake-ssm.ts';
import { openBackend } from './support/subject.ts';

const page = readFileSync(new URL('../../../docs/backends/ssm.md', import.meta.url), 'utf8');

it('the page shows every setting as the schema has it', () => {
  const [, shown] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(page) ?? [];
  expect(shown).toBe(settingsTable(settings));
});

it('the policies of the page allow what the backend calls, and nothing else', async () => {
  const allowed = [...page.matchAll(/"ssm:(\w+)"/g)].map(([, action = '']) => action);
  const fake = await FakeSsm.start();
  const backend = await openBackend(fake.endpoint, { path: '/ci' });
  onTestFinished(async () => {
    await backend.close();
    await fake.stop();
  });
  await backend.check(context());
  for (const key of ['A', 'B']) await backend.write?.({ ...ref('apps', key), value: value(key) }, context());
  expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['A', 'B']);
  expect((await listAll(backend)).names).toHaveLength(2);
  const [version] = (await backend.versions?.(ref('apps', 'A'), context())) ?? [];
  await backend.restore?.({ ...ref('apps', 'A'), version: version?.version ?? '' }, context());
  await backend.delete?.(ref('apps', 'A'), context());
  expect([...new Set(fake.requests.map(({ operation }) => operation))].toSorted()).toEqual(allowed.toSorted());
});
