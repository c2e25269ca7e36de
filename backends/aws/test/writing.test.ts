import { describe, expect, it } from 'vitest';
import { versionWith } from './fake/store.ts';
import { context, listAll, openScene, readAll, ref, textPayload, value } from './support/scene.ts';

const secret = ref('apps', 'A');

describe('writing', () => {
  it('by somebody else between two questions about a secret is not a contradiction', async () => {
    const { fake, backend } = await openScene({});
    fake.store.create('apps/A', undefined);
    fake.meanwhile.set('DescribeSecret', () => void fake.store.put('apps/A', textPayload('theirs')));
    expect(await readAll(backend, [secret])).toEqual(['theirs']);
  });

  it('is repeated without a second version after its first answer got lost', async () => {
    for (const layout of ['secret-per-key', 'object-per-scope']) {
      const { fake, backend } = await openScene({ layout });
      const name = layout === 'secret-per-key' ? 'apps/A' : 'apps';
      fake.store.create(name, textPayload('{"A":"old"}'));
      const entry = { ...secret, value: value('new') };
      const { version: unrelated } = fake.store.put(name, textPayload('{"A":"older"}'));
      fake.faults.set('half_body', 1);
      await expect(backend.write?.(entry, context())).rejects.toMatchObject({ code: 'unreachable' });
      const receipt = await backend.write?.(entry, context());
      expect(await readAll(backend, [secret])).toEqual(['new']);
      expect(versionWith(fake.store.find(name), 'AWSCURRENT')?.id).toBe(receipt?.version);
      expect(versionWith(fake.store.find(name), 'AWSPREVIOUS')?.id).toBe(unrelated.id);
      expect(fake.store.find(name).versions.size).toBe(3);
    }
  });

  it.each(['secret-per-key', 'object-per-scope'])(
    'is known again when the answer to any one of its requests gets lost, with %s',
    async (layout) => {
      for (let lost = 0; lost < 6; lost += 1) {
        const { fake, backend } = await openScene({ layout });
        const {
          secret: { name },
          version,
        } = fake.store.create(layout === 'secret-per-key' ? 'apps/A' : 'apps', textPayload('{"A":"old"}'));
        const entry = { ...secret, value: value('new'), expectedVersion: version ?? '' };
        fake.faults.skip(lost);
        fake.faults.set('half_body', 1);
        const first = await backend.write?.(entry, context()).catch(() => undefined);
        fake.faults.heal();
        const again = await backend.write?.(entry, context());
        expect(first?.version ?? again?.version).toBe(again?.version);
        expect(await readAll(backend, [secret])).toEqual(['new']);
        expect(fake.store.find(name).versions.size).toBe(2);
      }
    },
  );

  it('writes over what somebody else created in the meantime, or over what is gone in the meantime', async () => {
    const { fake, backend } = await openScene();
    fake.meanwhile.set('CreateSecret', () => void fake.store.create('apps/A', textPayload('theirs')));
    await backend.write?.({ ...secret, value: value('ours') }, context());
    expect(await readAll(backend, [secret, ref('apps', 'A', 'AWSPREVIOUS')])).toEqual(['ours', 'theirs']);
    fake.meanwhile.set('PutSecretValue', () => void fake.store.secrets.delete('apps/A'));
    await backend.write?.({ ...secret, value: value('again') }, context());
    expect(await readAll(backend, [secret])).toEqual(['again']);
  });

  it.each(['PutSecretValue', 'UpdateSecretVersionStage'])(
    'leaves alone what somebody else wrote just before its %s',
    async (operation) => {
      const { fake, backend } = await openScene();
      const { version } = fake.store.create('apps/A', textPayload('old'));
      fake.meanwhile.set(operation, () => void fake.store.put('apps/A', textPayload('theirs')));
      await expect(
        backend.write?.({ ...secret, value: value('ours'), expectedVersion: version ?? '' }, context()),
      ).rejects.toMatchObject({ code: 'conflict' });
      expect(await readAll(backend, [secret])).toEqual(['theirs']);
    },
  );

  it('leaves alone what somebody else created where it expected nothing', async () => {
    const { fake, backend } = await openScene();
    fake.meanwhile.set('CreateSecret', () => void fake.store.create('apps/A', textPayload('theirs')));
    await expect(
      backend.write?.({ ...secret, value: value('ours'), expectedVersion: null }, context()),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await readAll(backend, [secret])).toEqual(['theirs']);
  });

  it('keeps no stage of its own on any version', async () => {
    const { fake, backend } = await openScene();
    const first = await backend.write?.({ ...secret, value: value('1') }, context());
    await backend.write?.({ ...secret, value: value('2'), expectedVersion: first?.version ?? '' }, context());
    await expect(
      backend.write?.({ ...secret, value: value('3'), expectedVersion: first?.version ?? '' }, context()),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect([...fake.store.find('apps/A').versions.values()].map(({ stages }) => [...stages])).toEqual([
      ['AWSPREVIOUS'],
      ['AWSCURRENT'],
    ]);
  });

  it('sweeps the stages that killed writers left behind', async () => {
    const { fake, backend } = await openScene();
    const { version } = fake.store.create('apps/A', textPayload('old'));
    for (let index = 0; index < 9; index += 1)
      fake.store.put('apps/A', textPayload('lost'), undefined, [`KICI_WRITE_${index}`]);
    await backend.write?.({ ...secret, value: value('new'), expectedVersion: version ?? '' }, context());
    expect([...fake.store.find('apps/A').versions.values()].flatMap(({ stages }) => [...stages])).toEqual([
      'AWSPREVIOUS',
      'AWSCURRENT',
    ]);
  });

  it('gives new secrets the key and the tags of the settings', async () => {
    const { fake, backend } = await openScene({ kmsKeyId: 'alias/ci', tags: 'team=platform,managed-by=kici' });
    await backend.write?.({ ...secret, value: value('a') }, context());
    expect(fake.store.find('apps/A')).toMatchObject({
      kmsKeyId: 'alias/ci',
      tags: [
        { Key: 'team', Value: 'platform' },
        { Key: 'managed-by', Value: 'kici' },
      ],
    });
  });

  it('refuses what cannot be stored before any request', async () => {
    const { fake, backend } = await openScene();
    const refused = [
      [secret, '', 'invalid_argument'],
      [secret, 'x'.repeat(65_537), 'too_large'],
      [ref('apps', 'a b'), 'x', 'invalid_argument'],
      [ref('apps', 'a/b'), 'x', 'invalid_argument'],
      [ref('apps', 'K'.repeat(508)), 'x', 'invalid_argument'],
    ] as const;
    for (const [where, text, code] of refused)
      await expect(backend.write?.({ ...where, value: value(text) }, context())).rejects.toMatchObject({ code });
    expect(fake.requests).toEqual([]);
    expect(await readAll(backend, [ref('apps', 'a b'), ref('apps', 'a/b')])).toEqual(['absent', 'absent']);
  });

  it('deletes with the window of the settings, and once', async () => {
    const { fake, backend } = await openScene({ deletionWindowDays: 7 });
    fake.store.create('apps/A', textPayload('a'));
    expect(await backend.delete?.(secret, context())).toEqual({ existed: true });
    expect(fake.requests.find(({ operation }) => operation === 'DeleteSecret')?.body).toContain(
      '"RecoveryWindowInDays":7',
    );
    expect(await readAll(backend, [secret])).toEqual(['unknown scheduled_for_deletion']);
    expect(await backend.delete?.(secret, context())).toEqual({ existed: false });
  });

  it('restores an older version, also of a secret that is scheduled for deletion', async () => {
    const { fake, backend } = await openScene();
    const { version } = fake.store.create('apps/A', textPayload('old'));
    fake.store.put('apps/A', textPayload('new'));
    await backend.delete?.(secret, context());
    const receipt = await backend.restore?.({ ...secret, version: version ?? '' }, context());
    expect(await readAll(backend, [secret, ref('apps', 'A', receipt?.version)])).toEqual(['old', 'old']);
    expect((await listAll(backend)).names).toEqual(['apps A']);
  });

  it('leaves a deleted secret deleted when the value that should revive it is not taken', async () => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('old')).secret.deletedAt = 1;
    // Put, Describe and Restore go through; the second Put fails.
    fake.faults.skip(3);
    fake.faults.set('server_error', 1);
    await expect(backend.write?.({ ...secret, value: value('new') }, context())).rejects.toMatchObject({
      code: 'server_error',
    });
    expect(await readAll(backend, [secret])).toEqual(['unknown scheduled_for_deletion']);
  });

  it('leaves a deleted secret deleted also when it was cut off before it could write', async () => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('old')).secret.deletedAt = 1;
    const controller = new AbortController();
    // The second Put hangs; once it was sent, the deletion has been cancelled.
    fake.faults.skip(3);
    fake.faults.set('hang', 1);
    fake.meanwhile.set(
      'RestoreSecret',
      () =>
        void expect
          .poll(() => fake.count('PutSecretValue'))
          .toBe(2)
          .then(() => controller.abort()),
    );
    await expect(
      backend.write?.({ ...secret, value: value('new') }, { ...context(), signal: controller.signal }),
    ).rejects.toMatchObject({ code: expect.any(String) });
    expect(await readAll(backend, [secret])).toEqual(['unknown scheduled_for_deletion']);
  });

  it('lists versions newest first', async () => {
    const { fake, backend } = await openScene();
    const ids = [
      fake.store.create('apps/A', textPayload('1')).version,
      fake.store.put('apps/A', textPayload('2')).version.id,
      fake.store.put('apps/A', textPayload('3')).version.id,
    ];
    const versions = await backend.versions?.(secret, context());
    expect(versions?.map(({ version, current, readable }) => [version, current, readable])).toEqual([
      [ids[2], true, true],
      [ids[1], false, true],
      [ids[0], false, true],
    ]);
    expect(await backend.versions?.(ref('apps', 'NONE'), context())).toEqual([]);
  });
});
