import { describe, expect, it } from 'vitest';
import { otherAccount } from '../fake/fake-aws.ts';
import { openCanned } from '../support/canned.ts';
import { context, listAll, openScene, readAll, ref, textPayload } from '../support/scene.ts';
import { openShared, share } from '../support/shared.ts';

const listScope = async (backend: Parameters<typeof listAll>[0], scope: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const { secrets } of backend.list({ scope: ref(scope, '').scope, depth: 'scope' }, context()))
    names.push(...secrets.map(({ key }) => key));
  return names;
};

describe('lists with secrets of other accounts, one for each key', () => {
  it('show each once, with its version and state, next to the own ones', async () => {
    const { fake, backend } = await openShared({ prefix: 'ci/' }, (account) =>
      ['ci/apps/A', 'ci/apps/GONE', 'ci/apps/EMPTY'].map((name) =>
        share(account, name, name.endsWith('EMPTY') ? undefined : 'x'),
      ),
    );
    for (const name of ['ci/apps/A', 'ci/apps/B']) fake.store.create(name, textPayload('ours'));
    const store = fake.accounts.of(otherAccount);
    store.find('ci/apps/GONE').deletedAt = 1;
    expect((await listAll(backend)).names).toEqual([
      'apps A',
      'apps GONE (scheduled_for_deletion)',
      'apps EMPTY (declared)',
      'apps B',
    ]);
    const [version] = store.find('ci/apps/A').versions.keys();
    const { value: page } = await backend.list({ depth: 'tree' }, context())[Symbol.asyncIterator]().next();
    expect(page).toMatchObject({
      secrets: [
        { key: 'A', version, updatedAt: expect.stringMatching(/^2023-.*Z$/) },
        { key: 'GONE' },
        { key: 'EMPTY' },
      ],
    });
  });

  it('ask only for those below the scope', async () => {
    const { fake, backend } = await openShared({}, (account) =>
      ['apps/A', 'apps/deep/B', 'other/C'].map((name) => share(account, name, 'x')),
    );
    expect((await listAll(backend, 'apps')).names).toEqual(['apps A', 'apps/deep B']);
    expect(fake.count('DescribeSecret')).toBe(2);
    expect(await listScope(backend, 'apps')).toEqual(['A']);
    expect(fake.count('DescribeSecret')).toBe(3);
    expect(await listScope(backend, 'none')).toEqual([]);
    expect((await listAll(backend)).names).toEqual(['apps A', 'apps/deep B', 'other C']);
  });

  it('show one that may not be described, which may yet be read', async () => {
    const reading = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue' },
    });
    const { fake, backend } = await openShared({}, (account) => [
      share(account, 'apps/A', 'theirs', reading),
      share(account, 'apps/DENIED', 'x', '{"Statement":[]}'),
    ]);
    fake.store.create('apps/A', textPayload('ours'));
    expect((await listAll(backend)).names).toEqual(['apps A', 'apps DENIED']);
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'DENIED')])).toEqual([
      'theirs',
      'unknown permission_denied',
    ]);
  });

  it('show the problem of one that no longer has this ARN, or is another', async () => {
    const gone = await openShared({}, ({ store }) => [store.create('apps/A', textPayload('x')).secret]);
    gone.fake.store.secrets.delete('apps/A');
    expect((await listAll(gone.backend)).names).toEqual(['apps A (misconfigured)']);
    const sharedSecrets = 'arn:aws:secretsmanager:eu-central-1:444455556666:secret:apps/A-AbCdEf';
    const other = await openCanned(
      { DescribeSecret: { Name: 'apps/A-AbCdEf', ARN: `${sharedSecrets}-123456` }, ListSecrets: { SecretList: [] } },
      { sharedSecrets },
    );
    expect((await listAll(other)).names).toEqual(['apps A (ambiguous)']);
  });

  it.each(['throttle', 'server_error', 'garbage', 'reset'] as const)(
    'show one whose description fails, for its read to say: %s',
    async (fault) => {
      const { fake, backend } = await openShared({}, (account) => [share(account, 'apps/A', 'theirs')]);
      fake.faults.set(fault, 1);
      expect((await listAll(backend)).names).toEqual(['apps A']);
      fake.faults.set(fault);
      await expect(listAll(backend)).rejects.toMatchObject({ name: 'BackendError' });
    },
  );

  it('end with the call, and show no half', async () => {
    const { fake, backend } = await openShared({}, (account) => [share(account, 'apps/A', 'theirs')]);
    fake.faults.set('hang');
    await expect(
      (async () => {
        for await (const page of backend.list({ depth: 'tree' }, context(200))) expect(page).toBe('no page');
      })(),
    ).rejects.toMatchObject({ code: 'timeout' });
  });

  it('do not show what nobody named', async () => {
    const { fake, backend } = await openScene();
    share(fake, 'apps/A', 'theirs');
    expect((await listAll(backend)).names).toEqual([]);
  });
});

describe('lists with secrets of other accounts, an object for each scope', () => {
  const layout = 'object-per-scope';

  it('show the keys of each once, next to the own ones', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [
      share(account, 'apps', '{"A":"1","B":"2"}'),
      share(account, 'apps/deep', '{"C":"3"}'),
    ]);
    fake.store.create('apps', textPayload('{"HIDDEN":"x"}'));
    fake.store.create('other', textPayload('{"D":"4"}'));
    expect((await listAll(backend)).names).toEqual(['apps A', 'apps B', 'apps/deep C', 'other D']);
    expect((await listAll(backend, 'apps')).names).toEqual(['apps A', 'apps B', 'apps/deep C']);
    expect(await listScope(backend, 'apps')).toEqual(['A', 'B']);
  });

  it('report a scope whose object is unavailable as one that cannot be listed', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [
      share(account, 'apps', '{"A":"1"}', '{"Statement":[]}'),
      share(account, 'fine', '{"B":"2"}'),
    ]);
    fake.store.create('apps', textPayload('{"HIDDEN":"x"}'));
    expect(await listAll(backend)).toEqual({
      names: ['fine B'],
      unlisted: ['apps (permission_denied)'],
      unnameable: [],
    });
    expect((await listAll(backend, 'apps')).unlisted).toEqual(['apps (permission_denied)']);
  });

  it('report a scope whose ARN leads nowhere, and do not take it for empty', async () => {
    const { fake, backend } = await openShared({ layout }, ({ store }) => [
      store.create('apps', textPayload('{"A":"1"}')).secret,
    ]);
    fake.store.secrets.delete('apps');
    expect(await listAll(backend)).toEqual({ names: [], unlisted: ['apps (misconfigured)'], unnameable: [] });
  });
});
