import { SecretValue } from '@kici-dev/secret-backend';
import type { SecretBackend, Settings } from '@kici-dev/secret-backend';
import { callContext, listAll, readAll, ref, toValue } from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ssmDefinition } from '../index.ts';
import { validate } from '../settings.ts';
import { FakeSsm } from './fake/fake-ssm.ts';
import { openBackend } from './support/subject.ts';

async function openScene(settings: Settings = {}): Promise<{ fake: FakeSsm; backend: SecretBackend }> {
  const fake = await FakeSsm.start();
  const backend = await openBackend(fake.endpoint, settings);
  onTestFinished(async () => {
    await backend.close();
    await fake.stop();
  });
  return { fake, backend };
}

describe('cost in calls', () => {
  it('reads 500 parameters in 50 calls', async () => {
    const { fake, backend } = await openScene();
    const refs = Array.from({ length: 500 }, (_, index) => ref(`apps/s${index % 7}`, `K${index}`));
    for (const { scope, key } of refs) fake.store.put(`/${scope}/${key}`, key);
    expect(await readAll(backend, refs)).toEqual(refs.map(({ key }) => key));
    expect([fake.count('GetParameters'), fake.count()]).toEqual([50, 50]);
  });

  it('lists 250 names in five calls, and one scope in one, without a value', async () => {
    const { fake, backend } = await openScene();
    for (let index = 0; index < 250; index += 1) fake.store.put(`/apps/s${index % 10}/K${index}`, 'x');
    expect((await listAll(backend)).names).toHaveLength(250);
    expect(fake.count()).toBe(5);
    for await (const { secrets } of backend.list({ scope: ref('apps/s3', '').scope, depth: 'scope' }, callContext()))
      expect(secrets).toHaveLength(25);
    expect([fake.count('DescribeParameters'), fake.count()]).toEqual([6, 6]);
  });

  it('pays one call more for each name that is not there', async () => {
    const { fake, backend } = await openScene();
    fake.store.put('/apps/A', 'a');
    expect(
      await readAll(
        backend,
        ['A', 'B', 'C'].map((key) => ref('apps', key)),
      ),
    ).toEqual(['a', 'absent', 'absent']);
    expect([fake.count('GetParameters'), fake.count('GetParameter')]).toEqual([1, 2]);
  });
});

describe('absent or unknown', () => {
  it('takes an invalid name for absent only after GetParameter has said so', async () => {
    const { fake, backend } = await openScene();
    fake.store.put('/apps/A', 'a');
    fake.deniedActions.add('GetParameter');
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['a', 'unknown permission_denied']);
  });

  it('takes no other parameter of a batch along with one that is denied or does not decrypt', async () => {
    const { fake, backend } = await openScene();
    for (const key of ['OK', 'DENIED', 'BROKEN', 'SILENT']) fake.store.put(`/apps/${key}`, key);
    fake.store.leaveOut.add('/apps/SILENT');
    const [ok, silent] = [ref('apps', 'OK'), ref('apps', 'SILENT')];
    expect(await readAll(backend, [ok, silent])).toEqual(['OK', 'unknown bad_answer']);
    fake.store.denied.add('/apps/DENIED');
    fake.store.undecryptable.add('/apps/BROKEN');
    expect(await readAll(backend, [ok, ref('apps', 'DENIED'), ref('apps', 'BROKEN'), ref('apps', 'NONE')])).toEqual([
      'OK',
      'unknown permission_denied',
      'unknown decryption_failed',
      'absent',
    ]);
  });

  it('never asks for a name of AWS, behind which lie parameters of others', async () => {
    const { fake, backend } = await openScene();
    for (const scope of ['aws/reference/secretsmanager', 'AWS', 'ssm', 'awsome'])
      expect(await readAll(backend, [ref(scope, 'KEY')])).toEqual(['unknown invalid_argument']);
    expect(fake.count()).toBe(0);
  });

  it('takes no version for another: pins of one name in one read, and pins that are none', async () => {
    const { fake, backend } = await openScene();
    fake.store.put('/apps/A', 'old');
    fake.store.put('/apps/A', 'new');
    fake.store.parameters.get('/apps/A')?.versions[0]?.labels.add('production');
    fake.store.put('/apps/B', 'b');
    const pins = [undefined, '1', 'production', '2', '3', 'staging', '0', '01', '1:2', 'a b', 'awsLabel'];
    expect(await readAll(backend, [ref('apps', 'B'), ...pins.map((pin) => ref('apps', 'A', pin))])).toEqual([
      'b',
      'new',
      'old',
      'old',
      'new',
      ...Array.from({ length: 7 }, () => 'unknown no_version'),
    ]);
  });

  it('does not take a parameter for absent because it lacks a label, whatever the service calls that', async () => {
    const { fake, backend } = await openScene();
    fake.store.missingLabel = 'ParameterNotFound';
    fake.store.put('/apps/A', 'value');
    expect(await readAll(backend, [ref('apps', 'A', 'staging'), ref('apps', 'C', 'staging')])).toEqual([
      'unknown no_version',
      'absent',
    ]);
    expect(await readAll(backend, [ref('apps', 'A', 'staging')])).toEqual(['unknown no_version']);
  });

  it('is absent after a deletion, and its versions begin at 1 again', async () => {
    const { backend } = await openScene();
    const secret = ref('apps', 'A');
    await backend.write?.({ ...secret, value: toValue('one') }, callContext());
    await backend.delete?.(secret, callContext());
    expect(await readAll(backend, [secret])).toEqual(['absent']);
    expect(await backend.write?.({ ...secret, value: toValue('two') }, callContext())).toEqual({ version: '1' });
  });
});

describe('names', () => {
  it('lie below the path, and one without a scope cannot be bound', async () => {
    const { fake, backend } = await openScene({ path: '/ci' });
    for (const name of ['/ci/apps/A', '/ci/plain', '/cinema/B', '/other/ci/C']) fake.store.put(name, 'x');
    expect(await listAll(backend)).toEqual({ names: ['apps A'], unlisted: [], unnameable: ['/ci/plain'] });
    expect((await listAll((await openWhole(fake)).backend)).unnameable).toEqual([]);
    fake.store.put('top', 'x');
    expect((await listAll((await openWhole(fake)).backend)).unnameable).toEqual(['top']);
  });

  it('that no parameter can have are absent, and refused in a write', async () => {
    const { fake, backend } = await openScene();
    const impossible = [
      ref('apps', 'a/b'),
      ref('apps', 'ä'),
      ref('apps', ''),
      ref(`a${'/a'.repeat(14)}`, 'K'),
      ref('a', 'K'.repeat(1_011)),
    ];
    expect(await readAll(backend, impossible)).toEqual(impossible.map(() => 'absent'));
    for (const one of impossible)
      await expect(backend.write?.({ ...one, value: toValue('x') }, callContext())).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    expect(fake.count()).toBe(0);
  });

  async function openWhole(fake: FakeSsm): Promise<{ backend: SecretBackend }> {
    const backend = await openBackend(fake.endpoint);
    onTestFinished(() => backend.close());
    return { backend };
  }
});

describe('writing', () => {
  it('is refused with what to do: type, tier, oldest label, nested value', async () => {
    const { fake, backend } = await openScene();
    const write = async (key: string, text: string) =>
      backend.write?.({ ...ref('apps', key), value: SecretValue.fromText(text) }, callContext());
    fake.store.put('/apps/PLAIN', 'x', { type: 'String' });
    await expect(write('PLAIN', 'y')).rejects.toThrow('another type than SecureString');
    fake.store.put('/apps/LARGE', 'x', { tier: 'Advanced' });
    await expect(write('LARGE', 'y')).rejects.toThrow('an advanced parameter');
    await expect(write('NESTED', '{{ssm:other}}')).rejects.toThrow('{{');
    for (let version = 0; version < 100; version += 1) fake.store.put('/apps/OLD', `${version}`);
    fake.store.parameters.get('/apps/OLD')?.versions[0]?.labels.add('keep');
    await expect(write('OLD', 'y')).rejects.toThrow('move the label');
    await expect(write('EMPTY', '')).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('lists a hundred versions in pages, newest first', async () => {
    const { fake, backend } = await openScene();
    for (let version = 0; version < 103; version += 1) fake.store.put('/apps/A', `${version}`);
    const versions = (await backend.versions?.(ref('apps', 'A'), callContext())) ?? [];
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 100 }, (_, index) => `${103 - index}`));
    expect(versions.filter(({ current }) => current)).toHaveLength(1);
    expect(fake.count()).toBe(2);
    expect(await backend.versions?.(ref('apps', 'NONE'), callContext())).toEqual([]);
  });
});

describe('the definition', () => {
  it.each([
    ['path', { path: '/ci/../x' }],
    ['path', { path: '/aws/ci' }],
    ['auth.externalId', { 'auth.externalId': 'x' }],
  ])('says that %s is wrong', (field, given) => {
    expect(validate(given)).toMatchObject([{ field }]);
  });

  it('promises what the tier takes', async () => {
    const { backend } = await openScene({ tier: 'Advanced' });
    expect(backend.capabilities).toEqual(ssmDefinition.capabilities);
    await expect(openScene({ tier: 'Huge' })).rejects.toThrow('the setting tier');
    await expect(openScene({ type: 'Other' })).rejects.toThrow('the setting type');
  });

  it.each(['DescribeParameters', 'GetParameters', 'GetParameter'])('checks the right to %s', async (action) => {
    const { fake, backend } = await openScene();
    await backend.check(callContext());
    fake.deniedActions.add(action);
    await expect(backend.check(callContext())).rejects.toMatchObject({ code: 'permission_denied' });
  });
});
