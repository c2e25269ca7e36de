import { describe, expect, it } from 'vitest';
import { otherAccount } from '../fake/fake-aws.ts';
import { context, openScene, readAll, ref, textPayload } from '../support/scene.ts';
import { layouts, openShared, share, sharingPolicy } from '../support/shared.ts';

const secret = ref('apps', 'A');
const own = ref('other', 'B');
const nameIn = (layout: string, scope: string, key: string): string =>
  layout === 'secret-per-key' ? `${scope}/${key}` : scope;
const textIn = (layout: string, key: string, text: string): string =>
  layout === 'secret-per-key' ? text : JSON.stringify({ [key]: text });

describe.each(layouts)('a secret that another account shares, with %s', (layout) => {
  const name = nameIn(layout, 'apps', 'A');
  const theirs = textIn(layout, 'A', 'theirs');

  it("is read by its ARN, alone and together with the instance's own", async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [share(account, name, theirs)]);
    fake.store.create(nameIn(layout, 'other', 'B'), textPayload(textIn(layout, 'B', 'ours')));
    expect(await readAll(backend, [secret])).toEqual(['theirs']);
    expect(await readAll(backend, [own, secret, ref('none', 'C')])).toEqual(['ours', 'theirs', 'absent']);
    expect(fake.requests.map(({ operation }) => operation)).toEqual([
      'GetSecretValue',
      'BatchGetSecretValue',
      'DescribeSecret',
    ]);
    expect(fake.requests[0]?.body).toContain(`"SecretId":"${fake.accounts.of(otherAccount).find(name).arn}"`);
  });

  it('is what its name means, whatever the own account has by that name, and whether or not it is available', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [share(account, name, theirs)]);
    fake.store.create(name, textPayload(textIn(layout, 'A', 'ours')));
    const stored = fake.accounts.of(otherAccount).find(name);
    expect(await readAll(backend, [secret])).toEqual(['theirs']);
    expect(await readAll(backend, [secret, own])).toEqual(['theirs', 'absent']);
    stored.policy = undefined;
    expect(await readAll(backend, [secret])).toEqual(['unknown permission_denied']);
    expect(await readAll(backend, [secret, own])).toEqual(['unknown permission_denied', 'absent']);
    const { backend: twin } = await openScene({ layout, endpoint: fake.endpoint });
    expect(await readAll(twin, [secret])).toEqual(['ours']);
  });

  it('is not there for an instance that does not name it', async () => {
    const { fake, backend } = await openScene({ layout });
    share(fake, name, theirs);
    expect(await readAll(backend, [secret])).toEqual(['absent']);
  });

  it('has versions, by their ids and stages', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [
      share(account, name, textIn(layout, 'A', 'old')),
    ]);
    const store = fake.accounts.of(otherAccount);
    const [old] = store.find(name).versions.keys();
    const { version } = store.put(name, textPayload(theirs));
    expect(
      await readAll(backend, [
        ref('apps', 'A', old),
        secret,
        ref('apps', 'A', 'AWSPREVIOUS'),
        ref('apps', 'A', version.id),
      ]),
    ).toEqual(['old', 'theirs', 'old', 'theirs']);
    expect((await backend.versions?.(secret, context()))?.map(({ version: id, current }) => [id, current])).toEqual([
      [version.id, true],
      [old, false],
    ]);
  });

  it('is denied, and not absent, while nobody shares it, or somebody forbids it', async () => {
    const forbidding = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:*' },
        { Effect: 'Deny', Principal: { AWS: '111122223333' }, Action: 'secretsmanager:GetSecretValue' },
      ],
    });
    for (const policy of ['{"Statement":[]}', sharingPolicy.replace('111122223333', '999900001111'), forbidding]) {
      const { backend } = await openShared({ layout }, (account) => [share(account, name, theirs, policy)]);
      expect(await readAll(backend, [secret])).toEqual(['unknown permission_denied']);
      expect(await readAll(backend, [secret, own])).toEqual(['unknown permission_denied', 'absent']);
    }
  });

  it('is unavailable, and not absent, once it was deleted and created again under another ARN', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [share(account, name, theirs)]);
    const store = fake.accounts.of(otherAccount);
    store.secrets.delete(name);
    expect(await readAll(backend, [secret])).toEqual(['unknown permission_denied']);
    share(fake, name, theirs);
    expect(await readAll(backend, [secret])).toEqual(['unknown permission_denied']);
    expect(await readAll(backend, [secret, own])).toEqual(['unknown permission_denied', 'absent']);
  });

  it('is unavailable, and not absent, where the service says that there is none of this ARN', async () => {
    // To its owner the service says so outright.
    const { fake, backend } = await openShared({ layout }, ({ store }) => [
      store.create(name, textPayload(theirs)).secret,
    ]);
    expect(await readAll(backend, [secret])).toEqual(['theirs']);
    fake.store.secrets.delete(name);
    fake.store.create(name, textPayload(theirs));
    expect(await readAll(backend, [secret])).toEqual(['unknown misconfigured']);
    const [outcome] = await backend.read([secret, own], context());
    expect(outcome).toMatchObject({
      status: 'unknown',
      code: 'misconfigured',
      detail: expect.stringContaining('put its present ARN into the setting sharedSecrets'),
    });
    await expect(backend.versions?.(secret, context())).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('says what state it is in', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [
      share(account, name, theirs),
      share(account, nameIn(layout, 'empty', 'A'), undefined),
      share(account, nameIn(layout, 'broken', 'A'), theirs),
    ]);
    fake.accounts.of(otherAccount).find(name).deletedAt = 1;
    fake.access.breakKey(nameIn(layout, 'broken', 'A'));
    const refs = [secret, ref('empty', 'A'), ref('broken', 'A')];
    const outcomes = ['unknown scheduled_for_deletion', 'unknown no_version', 'unknown decryption_failed'];
    expect(await readAll(backend, refs)).toEqual(outcomes);
    for (const [index, one] of refs.entries()) expect(await readAll(backend, [one])).toEqual([outcomes[index]]);
  });

  it('cannot be read under the key that serves its own account alone', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [share(account, name, theirs)]);
    fake.accounts.of(otherAccount).find(name).kmsKeyId = undefined;
    expect(await readAll(backend, [secret])).toEqual(['unknown decryption_failed']);
    expect(await readAll(backend, [secret, own])).toEqual(['unknown decryption_failed', 'absent']);
  });

  it('is read where its policy allows reading alone; what only a description tells is unavailable', async () => {
    const reading = JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::111122223333:root'] },
          Action: ['secretsmanager:GetSecretValue'],
        },
      ],
    });
    const { backend } = await openShared({ layout }, (account) => [
      share(account, name, theirs, reading),
      share(account, nameIn(layout, 'empty', 'A'), undefined, reading),
    ]);
    expect(await readAll(backend, [secret, ref('empty', 'A')])).toEqual(['theirs', 'unknown permission_denied']);
  });

  it.each(['throttle', 'server_error', 'deny', 'expire', 'reset', 'empty', 'garbage'] as const)(
    'is taken away by a failure, and not changed: %s',
    async (fault) => {
      const { fake, backend } = await openShared({ layout }, (account) => [share(account, name, theirs)]);
      fake.store.create(name, textPayload(textIn(layout, 'A', 'ours')));
      fake.faults.set(fault);
      for (const refs of [[secret], [secret, own]])
        expect(new Set((await backend.read(refs, context())).map(({ status }) => status))).toEqual(
          new Set(['unknown']),
        );
      fake.faults.heal();
      expect(await readAll(backend, [secret])).toEqual(['theirs']);
    },
  );
});
