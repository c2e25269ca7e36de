import { describe, expect, it } from 'vitest';
import { otherAccount, staticKey } from './fake/fake-aws.ts';
import { context, listAll, openScene, readAll, ref, textPayload } from './support/scene.ts';

const role = `arn:aws:iam::${otherAccount}:role/reader`;

describe('cost in calls', () => {
  it('reads 500 keys, one secret each, in 25 calls', async () => {
    const { fake, backend } = await openScene();
    const refs = Array.from({ length: 500 }, (_, index) => ref(`apps/s${index % 7}`, `K${index}`));
    for (const { scope, key } of refs) fake.store.create(`${scope}/${key}`, textPayload(key));
    expect(await readAll(backend, refs)).toEqual(refs.map(({ key }) => key));
    expect([fake.count('BatchGetSecretValue'), fake.count()]).toEqual([25, 25]);
  });

  it('reads 500 keys of one object in one call, and of five objects in one', async () => {
    const { fake, backend } = await openScene({ layout: 'object-per-scope' });
    for (let scope = 0; scope < 5; scope += 1)
      fake.store.create(
        `apps/s${scope}`,
        textPayload(
          JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`K${index}`, `${index}`]))),
        ),
      );
    const keys = (scope: string) => Array.from({ length: 500 }, (_, index) => ref(scope, `K${index}`));
    await readAll(backend, keys('apps/s0'));
    expect(fake.count()).toBe(1);
    await readAll(backend, ['apps/s0', 'apps/s1', 'apps/s2', 'apps/s3', 'apps/s4'].flatMap(keys));
    expect(fake.count()).toBe(2);
  });

  it('reads one scope of the object layout for a list, and no list', async () => {
    const { fake, backend } = await openScene({ layout: 'object-per-scope' });
    fake.store.create('apps', textPayload('{"A":"1"}'));
    for await (const { secrets } of backend.list({ scope: ref('apps', '').scope, depth: 'scope' }, context()))
      expect(secrets.map(({ key }) => key)).toEqual(['A']);
    expect(fake.requests.map(({ operation }) => operation)).toEqual(['GetSecretValue']);
  });

  it('lists 250 names in three calls', async () => {
    const { fake, backend } = await openScene();
    for (let index = 0; index < 250; index += 1) fake.store.create(`apps/K${index}`, textPayload('x'));
    expect((await listAll(backend)).names).toHaveLength(250);
    expect(fake.count()).toBe(3);
  });

  it('signs in once for 100 first reads at once', async () => {
    const { fake, backend } = await openScene({ 'auth.roles': role });
    fake.sts.roles.set(role, { trusts: [staticKey] });
    fake.accounts.of(otherAccount).create('apps/A', textPayload('a'));
    const answers = await Promise.all(Array.from({ length: 100 }, () => readAll(backend, [ref('apps', 'A')])));
    expect(answers).toEqual(Array.from({ length: 100 }, () => ['a']));
    expect(fake.requests.filter(({ service }) => service === 'sts')).toHaveLength(1);
  });
});
