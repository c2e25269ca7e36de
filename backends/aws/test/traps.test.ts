import { describe, expect, it } from 'vitest';
import { staticKey } from './fake/fake-aws.ts';
import { context, listAll, openScene, readAll, ref, textPayload, value } from './support/scene.ts';

describe('traps that adapters for Secrets Manager fall into', () => {
  it('takes a secret that is scheduled for deletion for what it is, in reads and in lists', async () => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('a')).secret.deletedAt = 1;
    fake.store.create('apps/B', textPayload('b'));
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown scheduled_for_deletion']);
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B'), ref('apps', 'C')])).toEqual([
      'unknown scheduled_for_deletion',
      'b',
      'absent',
    ]);
    expect((await listAll(backend)).names).toEqual(['apps A (scheduled_for_deletion)', 'apps B']);
  });

  it('takes a denial of a name that does not exist for a denial', async () => {
    const { fake, backend } = await openScene();
    fake.access.denyValue('apps/A');
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown permission_denied']);
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual([
      'unknown permission_denied',
      'absent',
    ]);
  });

  it.each(['throttle', 'server_error', 'deny', 'expire', 'reset', 'empty', 'garbage'] as const)(
    'takes no failure for absence: %s',
    async (fault) => {
      const { fake, backend } = await openScene();
      fake.faults.set(fault);
      const outcomes = await backend.read([ref('apps', 'A')], context());
      const batch = await backend.read([ref('apps', 'A'), ref('apps', 'B')], context());
      expect(new Set([...outcomes, ...batch].map(({ status }) => status))).toEqual(new Set(['unknown']));
      await expect(listAll(backend)).rejects.toMatchObject({ name: 'BackendError' });
    },
  );

  it('knows that a secret which is listed may still be denied', async () => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('a'));
    fake.access.denyValue('apps/A');
    expect((await listAll(backend)).names).toEqual(['apps A']);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown permission_denied']);
  });

  it('tells a secret without a value from one that does not exist', async () => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', undefined);
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['unknown no_version', 'absent']);
    expect(await readAll(backend, [ref('apps', 'A', 'AWSPREVIOUS')])).toEqual(['unknown no_version']);
    expect((await listAll(backend)).names).toEqual(['apps A (declared)']);
  });

  it('calls nothing absent when DescribeSecret is denied', async () => {
    const { fake, backend } = await openScene();
    fake.access.denyAction('DescribeSecret');
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown permission_denied']);
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual([
      'unknown permission_denied',
      'unknown permission_denied',
    ]);
  });

  it('drops no entry of BatchGetSecretValue.Errors, and misses none that is left out without a word', async () => {
    const { fake, backend } = await openScene();
    for (const key of ['OK', 'BROKEN', 'DENIED', 'SILENT']) fake.store.create(`apps/${key}`, textPayload(key));
    fake.access.breakKey('apps/BROKEN');
    fake.access.denyValue('apps/DENIED');
    fake.batch.leaveOut.add('apps/SILENT');
    expect(
      await readAll(
        backend,
        ['OK', 'BROKEN', 'DENIED', 'SILENT', 'NONE'].map((key) => ref('apps', key)),
      ),
    ).toEqual(['OK', 'unknown decryption_failed', 'unknown permission_denied', 'unknown bad_answer', 'absent']);
    expect(fake.count('BatchGetSecretValue')).toBe(1);
  });

  it('follows an empty page of BatchGetSecretValue to its successor', async () => {
    const { fake, backend } = await openScene();
    for (const key of ['A', 'B']) fake.store.create(`apps/${key}`, textPayload(key));
    fake.batch.emptyFirstPage = true;
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['A', 'B']);
  });

  it('splits pinned versions off before a batch, which knows none', async () => {
    const { fake, backend } = await openScene();
    const { version } = fake.store.create('apps/A', textPayload('old'));
    fake.store.put('apps/A', textPayload('new'));
    fake.store.create('apps/B', textPayload('b'));
    const refs = [
      ref('apps', 'A'),
      ref('apps', 'A', version),
      ref('apps', 'B'),
      ref('apps', 'A', 'AWSPREVIOUS'),
      ref('apps', 'A', 'AWSCURRENT'),
    ];
    expect(await readAll(backend, refs)).toEqual(['new', 'old', 'b', 'old', 'new']);
    expect([fake.count('BatchGetSecretValue'), fake.count('GetSecretValue')]).toEqual([1, 3]);
  });

  it('reads one by one where BatchGetSecretValue is not permitted, and takes nothing for absent', async () => {
    const { fake, backend } = await openScene();
    for (const key of ['A', 'B']) fake.store.create(`apps/${key}`, textPayload(key));
    fake.access.denyAction('BatchGetSecretValue');
    const refs = ['A', 'B', 'C'].map((key) => ref('apps', key));
    expect(await readAll(backend, refs)).toEqual(['A', 'B', 'absent']);
    expect(await readAll(backend, refs)).toEqual(['A', 'B', 'absent']);
    expect(fake.count('BatchGetSecretValue')).toBe(1);
  });

  it('never serves another secret whose partial ARN matches a name that ends in "-" and six characters', async () => {
    const { fake, backend } = await openScene();
    for (const name of ['apps/KEY', 'apps/KEY-abcdef', 'apps/KEY-abcdef-123456'])
      fake.store.create(name, textPayload(name));
    const refs = ['KEY', 'KEY-abcdef', 'KEY-abcdef-123456', 'KEY-abcdeg'].map((key) => ref('apps', key));
    expect(await readAll(backend, refs)).toEqual(['apps/KEY', 'apps/KEY-abcdef', 'apps/KEY-abcdef-123456', 'absent']);
    for (const one of refs.slice(0, 3)) expect(await readAll(backend, [one])).toEqual([`apps/${one.key}`]);
    expect((await listAll(backend)).names).toEqual(['apps KEY', 'apps KEY-abcdef', 'apps KEY-abcdef-123456']);
  });

  it('does not take a word in the middle of a name for the prefix of a list', async () => {
    const { fake, backend } = await openScene({ prefix: 'ci/' });
    for (const name of ['ci/apps/A', 'other/ci/apps/B', 'ci-apps/C', 'cinema/D'])
      fake.store.create(name, textPayload('x'));
    expect(await listAll(backend)).toEqual({ names: ['apps A'], unlisted: [], unnameable: [] });
    expect((await listAll(backend, 'apps')).names).toEqual(['apps A']);
  });

  it('says which names cannot be bound, instead of hiding or bending them', async () => {
    const { fake, backend } = await openScene();
    for (const name of ['plain', 'apps/', 'a+b/KEY', '/lead/KEY', 'apps/good'])
      fake.store.create(name, textPayload('x'));
    expect(await listAll(backend)).toEqual({
      names: ['apps good'],
      unlisted: [],
      unnameable: ['plain', 'apps/', 'a+b/KEY', '/lead/KEY'],
    });
  });

  it('reads by name what a lagging list does not show', async () => {
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('a'));
    fake.access.hidden.add('apps/A');
    expect((await listAll(backend)).names).toEqual([]);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
  });

  it('finds wrong credentials in a check', async () => {
    const { fake } = await openScene();
    const { backend: stranger } = await openScene({ endpoint: fake.endpoint, 'auth.accessKeyId': 'AKIASTRANGER' });
    await expect(stranger.check(context())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('finds in a check that values may not be read, although names may be listed', async () => {
    const { fake, backend } = await openScene();
    await backend.check(context());
    fake.access.denyAction('GetSecretValue');
    await expect(backend.check(context())).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('keeps bytes that are not UTF-8, and a trailing newline', async () => {
    const { fake, backend } = await openScene();
    const bytes = Buffer.from([0xff, 0x00, 0x0a]);
    fake.store.create('apps/BINARY', { text: undefined, binary: bytes.toString('base64') });
    fake.store.create('apps/LINE', textPayload('line\n'));
    const [binary, line] = await backend.read([ref('apps', 'BINARY'), ref('apps', 'LINE')], context());
    expect(binary?.status === 'found' && Buffer.from(binary.value.bytes()).equals(bytes)).toBe(true);
    expect(line?.status === 'found' && line.value.text()).toBe('line\n');
  });

  it('asks for the version that the pin names, each time', async () => {
    const { fake, backend } = await openScene();
    const versions = [
      fake.store.create('apps/A', textPayload('1')).version,
      fake.store.put('apps/A', textPayload('2')).version.id,
    ];
    expect(await readAll(backend, [ref('apps', 'A', versions[0])])).toEqual(['1']);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['2']);
    expect(await readAll(backend, [ref('apps', 'A', versions[1])])).toEqual(['2']);
  });

  it('signs every request as the configured key', async () => {
    const { fake, backend } = await openScene();
    await backend.write?.({ ...ref('apps', 'A'), value: value('a') }, context());
    await listAll(backend);
    expect(new Set(fake.requests.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set([staticKey]));
  });
});
