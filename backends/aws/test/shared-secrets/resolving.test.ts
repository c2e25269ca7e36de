import { createResolver, parseSettings, type Resolver } from '@kici-dev/secret-federation';
import { describe, expect, it } from 'vitest';
import { otherAccount, type FakeAws } from '../fake/fake-aws.ts';
import { awsDefinition } from '../../index.ts';
import { openScene, textPayload } from '../support/scene.ts';
import { layouts, openShared, share } from '../support/shared.ts';

describe.each(layouts)('a shared secret above one of the own account, with %s', (layout) => {
  const name = layout === 'secret-per-key' ? 'apps/A' : 'apps';

  async function openBoth(): Promise<{ readonly fake: FakeAws; readonly resolve: () => Promise<Resolver> }> {
    const { fake, backend: central } = await openShared({ layout }, (account) => [
      share(account, name, layout === 'secret-per-key' ? 'theirs' : '{"A":"theirs"}'),
    ]);
    const { fake: second, backend: local } = await openScene({ layout });
    for (const { store } of [fake, second])
      store.create(name, textPayload(layout === 'secret-per-key' ? 'ours' : '{"A":"ours"}'));
    const bindings = [{ scope: 'central:apps', priority: 1 }, { scope: 'local:apps' }];
    return {
      fake,
      resolve: () =>
        createResolver({
          bindings,
          backends: { central: { backend: central, optional: true }, local: { backend: local } },
        }),
    };
  }

  it('is the value of the key', async () => {
    const { resolve } = await openBoth();
    expect((await (await resolve()).get('A')).text()).toBe('theirs');
  });

  it('is taken away, and not replaced, when it is no longer shared', async () => {
    const { fake, resolve } = await openBoth();
    const before = await resolve();
    fake.accounts.of(otherAccount).find(name).policy = undefined;
    await expect(before.get('A')).rejects.toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('permission_denied'),
    });
    await expect((await resolve()).get('A')).rejects.toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('permission_denied'),
    });
  });

  it('is taken away, and not replaced, when it was deleted, at once or later', async () => {
    const { fake, resolve } = await openBoth();
    const store = fake.accounts.of(otherAccount);
    store.find(name).deletedAt = 1;
    await expect((await resolve()).get('A')).rejects.toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('scheduled_for_deletion'),
    });
    store.secrets.delete(name);
    await expect((await resolve()).get('A')).rejects.toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('permission_denied'),
    });
  });
});

describe('sharedSecrets as an operator gives it', () => {
  const judge = (sharedSecrets: string) =>
    parseSettings(awsDefinition, { region: 'eu-central-1', 'auth.method': 'default-chain', sharedSecrets }, {});

  it('is taken, or refused with its name and what to do', () => {
    expect(judge('arn:aws:secretsmanager:eu-central-1:444455556666:secret:apps/A-a1b2c3')).toMatchObject({ ok: true });
    expect(judge('arn:aws:secretsmanager:us-east-1:444455556666:secret:apps/A-a1b2c3')).toMatchObject({
      ok: false,
      problems: [{ field: 'sharedSecrets', hint: expect.stringContaining('another backend for us-east-1') }],
    });
    expect(judge('apps/A')).toMatchObject({
      ok: false,
      problems: [{ field: 'sharedSecrets', problem: expect.stringContaining('does not have the required form') }],
    });
  });
});
