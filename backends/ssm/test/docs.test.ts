import { readFileSync } from 'node:fs';
import {
  callContext,
  listAll,
  readAll,
  ref,
  settingsTable,
  toValue,
} from '@kici-dev/secret-backend-conformance/testing';
import { expect, it, onTestFinished } from 'vitest';
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
  await backend.check(callContext());
  for (const key of ['A', 'B']) await backend.write?.({ ...ref('apps', key), value: toValue(key) }, callContext());
  expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['A', 'B']);
  expect((await listAll(backend)).names).toHaveLength(2);
  const [version] = (await backend.versions?.(ref('apps', 'A'), callContext())) ?? [];
  await backend.restore?.({ ...ref('apps', 'A'), version: version?.version ?? '' }, callContext());
  await backend.delete?.(ref('apps', 'A'), callContext());
  expect([...new Set(fake.requests.map(({ operation }) => operation))].toSorted()).toEqual(allowed.toSorted());
});
