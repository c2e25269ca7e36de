import { expect, it } from 'vitest';
import { expectAlike } from '../differential/compare.ts';
import { localstackDifferences } from '../differential/differences.ts';
import { otherClient, rawClient } from './client.ts';
import { documentedPolicy } from './documents.ts';
import { createKey, createRole } from './iam.ts';
import { sharingPolicy } from './shared.ts';
import { context, listAll, readAll, ref, value } from './scene.ts';
import { openBackend } from './subject.ts';

/** What LocalStack can prove beyond the conformance kit. */
export function describeLocalstack(endpoint: () => string): void {
  it('answers like the fake, but for what is explained', () => expectAlike(endpoint(), localstackDifferences));

  it.each(['secret-per-key', 'object-per-scope'])(
    'takes the documented policies of %s for a role that the backend assumes',
    async (layout) => {
      const policies = [documentedPolicy('Reading, both layouts').text, documentedPolicy(`Writing, ${layout}`).text];
      const role = await createRole(endpoint(), `kici-${layout}`, policies);
      const backend = await openBackend(endpoint(), { layout, prefix: `role-${layout}/`, 'auth.roles': role });
      await backend.check(context());
      await backend.write?.({ ...ref('apps', 'A'), value: value('a') }, context());
      expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['a', 'absent']);
      expect((await listAll(backend)).names).toEqual(['apps A']);
      await backend.close();
    },
  );

  it('creates secrets under the key and with the tags of the settings', async () => {
    const [kmsKeyId, client] = [await createKey(endpoint()), rawClient(endpoint())];
    const backend = await openBackend(endpoint(), { prefix: 'kms/', kmsKeyId, tags: 'team=platform' });
    await backend.write?.({ ...ref('apps', 'A'), value: value('a') }, context());
    expect(await client.describeSecret({ SecretId: 'kms/apps/A' })).toMatchObject({
      KmsKeyId: kmsKeyId,
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    await backend.close();
    client.destroy();
  });

  it('never serves the neighbour of a name that ends in "-" and six characters', async () => {
    const backend = await openBackend(endpoint(), { prefix: 'tail/' });
    for (const key of ['KEY-abcdef', 'KEY-abcdef-123456'])
      await backend.write?.({ ...ref('apps', key), value: value(key) }, context());
    const refs = ['KEY', 'KEY-abcdef', 'KEY-abcdef-123456'].map((key) => ref('apps', key));
    expect(await readAll(backend, refs)).toEqual(['absent', 'KEY-abcdef', 'KEY-abcdef-123456']);
    expect(await readAll(backend, refs.slice(0, 1))).toEqual(['absent']);
    await backend.close();
  });

  it.each(['secret-per-key', 'object-per-scope'])(
    'reads with %s what another account shares, and its own',
    async (layout) => {
      const prefix = `shared-${layout}/`;
      const [name, text] = layout === 'secret-per-key' ? ['apps/A', 'theirs'] : ['apps', '{"A":"theirs"}'];
      const [ours, theirs] = [rawClient(endpoint()), otherClient(endpoint())];
      const KmsKeyId = 'arn:aws:kms:eu-central-1:444455556666:key/11112222-3333-4444-5555-666677778888';
      const { ARN = '', VersionId = '' } = await theirs.createSecret({
        Name: `${prefix}${name}`,
        SecretString: text,
        KmsKeyId,
      });
      await theirs.putResourcePolicy({ SecretId: ARN, ResourcePolicy: sharingPolicy });
      await ours.createSecret({ Name: `${prefix}${name}`, SecretString: '{"A":"ours"}' });
      const backend = await openBackend(endpoint(), { layout, prefix, sharedSecrets: ARN });
      await backend.write?.({ ...ref('own', 'B'), value: value('b') }, context());
      await backend.check(context());
      const refs = [ref('apps', 'A'), ref('own', 'B'), ref('apps', 'A', VersionId), ref('none', 'C')];
      expect(await readAll(backend, refs)).toEqual(['theirs', 'b', 'theirs', 'absent']);
      expect(await readAll(backend, refs.slice(0, 1))).toEqual(['theirs']);
      expect((await listAll(backend)).names).toEqual(['apps A', 'own B']);
      expect(
        (await backend.versions?.(ref('apps', 'A'), context()))?.map(({ version, current }) => [version, current]),
      ).toEqual([[VersionId, true]]);
      await theirs.deleteSecret({ SecretId: ARN, ForceDeleteWithoutRecovery: true });
      expect(await readAll(backend, refs.slice(0, 2))).toEqual(['unknown misconfigured', 'b']);
      await backend.close();
      for (const client of [ours, theirs]) client.destroy();
    },
  );

  it('restores a version out of the deletion window', async () => {
    const backend = await openBackend(endpoint(), { prefix: 'window/' });
    const first = await backend.write?.({ ...ref('apps', 'A'), value: value('old') }, context());
    await backend.write?.({ ...ref('apps', 'A'), value: value('new') }, context());
    await backend.delete?.(ref('apps', 'A'), context());
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown scheduled_for_deletion']);
    await backend.restore?.({ ...ref('apps', 'A'), version: first?.version ?? '' }, context());
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'A', 'AWSPREVIOUS')])).toEqual(['old', 'new']);
    await backend.close();
  });
}
