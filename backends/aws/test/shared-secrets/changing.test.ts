import type { SecretBackend, SecretRef } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { otherAccount } from '../fake/fake-aws.ts';
import { context, readAll, ref, textPayload, value } from '../support/scene.ts';
import { layouts, openShared, share, sharingPolicy } from '../support/shared.ts';

const everything = sharingPolicy.replace(/"Action":\[[^\]]*\]/, '"Action":"secretsmanager:*"');
const changes: Readonly<Record<string, (backend: SecretBackend, secret: SecretRef) => Promise<unknown> | undefined>> = {
  write: (backend, secret) => backend.write?.({ ...secret, value: value('x') }, context()),
  'write under a condition': (backend, secret) =>
    backend.write?.({ ...secret, value: value('x'), expectedVersion: null }, context()),
  delete: (backend, secret) => backend.delete?.(secret, context()),
  restore: (backend, secret) => backend.restore?.({ ...secret, version: 'AWSPREVIOUS' }, context()),
  declare: (backend, secret) => backend.declare?.(secret, context()),
};

describe.each(layouts)('a secret that another account shares, with %s', (layout) => {
  const name = layout === 'secret-per-key' ? 'apps/A' : 'apps';

  it.each(Object.entries(changes).filter(([operation]) => layout === 'secret-per-key' || operation !== 'declare'))(
    'refuses %s before any call, whatever its owner allows, and says where to change it',
    async (_, change) => {
      const { fake, backend } = await openShared({ layout }, (account) => [
        share(account, name, '{"A":"theirs"}', everything),
      ]);
      fake.store.create(name, textPayload('{"A":"ours"}'));
      const { arn } = fake.accounts.of(otherAccount).find(name);
      const error: unknown = await change(backend, ref('apps', 'A'))?.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        name: 'BackendError',
        code: 'invalid_argument',
        detail: expect.stringContaining(arn),
      });
      expect(error).toMatchObject({
        detail: expect.stringContaining(`the account ${otherAccount} shares this secret`),
      });
      expect(fake.requests).toEqual([]);
    },
  );

  it('leaves its neighbours of the own account as they were: to be changed', async () => {
    const { backend } = await openShared({ layout }, (account) => [share(account, name, '{"A":"theirs"}')]);
    const neighbour = ref('apps/own', 'A');
    const first = await backend.write?.({ ...neighbour, value: value('1') }, context());
    await backend.write?.({ ...neighbour, value: value('2'), expectedVersion: first?.version ?? '' }, context());
    await backend.restore?.({ ...neighbour, version: first?.version ?? '' }, context());
    expect(await readAll(backend, [neighbour])).toEqual(['1']);
    expect(await backend.delete?.(neighbour, context())).toEqual({ existed: true });
  });
});
