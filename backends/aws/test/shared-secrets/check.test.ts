import { describe, expect, it } from 'vitest';
import { otherAccount } from '../fake/fake-aws.ts';
import { context, textPayload } from '../support/scene.ts';
import { layouts, openShared, share } from '../support/shared.ts';

describe.each(layouts)('the check of a backend with secrets of other accounts, with %s', (layout) => {
  it('passes where each may be read, in whatever state it is', async () => {
    const { fake, backend } = await openShared({ layout }, (account) =>
      ['a/A', 'b/B', 'c/C'].map((name) => share(account, name, name === 'c/C' ? undefined : '{"A":"x"}')),
    );
    fake.accounts.of(otherAccount).find('b/B').deletedAt = 1;
    await backend.check(context());
  });

  it('finds one that may not be read, and names it', async () => {
    const { fake, backend } = await openShared({ layout }, (account) => [
      share(account, 'a/A', 'x'),
      share(account, 'b/B', 'x', '{"Statement":[]}'),
    ]);
    await expect(backend.check(context())).rejects.toMatchObject({
      code: 'permission_denied',
      detail: expect.stringContaining('the shared secret b/B'),
    });
    fake.faults.skip(2);
    fake.faults.set('server_error');
    await expect(backend.check(context())).rejects.toMatchObject({ code: 'server_error' });
  });

  it('finds an ARN that leads nowhere', async () => {
    const { fake, backend } = await openShared({ layout }, ({ store }) => [
      store.create('a/A', textPayload('x')).secret,
    ]);
    fake.store.secrets.delete('a/A');
    await expect(backend.check(context())).rejects.toMatchObject({
      code: 'misconfigured',
      detail: expect.stringContaining('sharedSecrets'),
    });
  });
});
