import { describe, expect, it } from 'vitest';
import { settings } from '../settings.ts';
import { documentedPolicy, page } from './support/documents.ts';
import { settingsTable } from '@kici-dev/secret-backend-conformance/testing';
import { context, listAll, openScene, readAll, ref, textPayload, value } from './support/scene.ts';
import { layouts, openShared, share, sharingPolicy } from './support/shared.ts';
import { pinnedImage } from './support/servers.ts';

const secret = ref('apps', 'A');

describe('docs/backends/aws.md', () => {
  it('has the settings as the schema has them', () => {
    expect(/<!-- settings: .*-->\n([^]*)\n<!-- end of settings -->/.exec(page)?.[1]).toBe(settingsTable(settings));
  });

  it.each(['secret-per-key', 'object-per-scope'])('grants exactly what reading takes, with %s', async (layout) => {
    const { fake, backend } = await openScene({ layout });
    for (const scope of ['apps', 'other'])
      fake.store.create(layout === 'secret-per-key' ? `${scope}/A` : scope, textPayload('{"A":"a"}'));
    await backend.check(context());
    await listAll(backend);
    await readAll(backend, [secret, ref('other', 'A'), ref('apps', 'NONE'), ref('none', 'NONE')]);
    await readAll(backend, [secret]);
    await backend.versions?.(secret, context());
    expect(actions(fake.requests)).toEqual(documentedPolicy('Reading, both layouts').actions.toSorted());
  });

  it.each(['secret-per-key', 'object-per-scope'])(
    'grants exactly what writing takes beyond reading, with %s',
    async (layout) => {
      const { fake, backend } = await openScene({ layout });
      const first = await backend.write?.({ ...secret, value: value('1') }, context());
      await backend.write?.({ ...secret, value: value('2'), expectedVersion: first?.version ?? '' }, context());
      await backend.restore?.({ ...secret, version: first?.version ?? '' }, context());
      await backend.declare?.(ref('apps', 'DECLARED'), context());
      await backend.delete?.(secret, context());
      fake.store.find(layout === 'secret-per-key' ? 'apps/A' : 'apps').deletedAt = 1;
      await backend.restore?.({ ...secret, version: first?.version ?? '' }, context());
      const reading = documentedPolicy('Reading, both layouts').actions;
      expect(actions(fake.requests).filter((action) => !reading.includes(action))).toEqual(
        documentedPolicy(`Writing, ${layout}`).actions.toSorted(),
      );
    },
  );

  it.each(layouts)('shares exactly what reading a shared secret takes, with %s', async (layout) => {
    const { fake, backend } = await openShared({ layout }, (account) =>
      ['apps/A', 'empty/A'].map((name) =>
        share(account, name, name === 'apps/A' ? '{"A":"a"}' : undefined, sharingPolicy),
      ),
    );
    await backend.check(context());
    await listAll(backend);
    await readAll(
      backend,
      layout === 'secret-per-key' ? [secret, ref('empty', 'A')] : [ref('apps/A', 'A'), ref('empty/A', 'A')],
    );
    await backend.versions?.(layout === 'secret-per-key' ? secret : ref('apps/A', 'A'), context());
    const asked = fake.requests.filter(({ body }) => body.includes('"SecretId":"arn:'));
    for (const heading of ['Reading shared secrets', 'Resource policy of a shared secret'])
      expect(actions(asked)).toEqual(documentedPolicy(heading).actions.toSorted());
  });

  it('gives the key to whom it gives the secret, and to Secrets Manager of the region alone', () => {
    const [secretPolicy, keyPolicy] = ['Resource policy of a shared secret', 'Key policy of a shared secret'].map(
      (heading) => documentedPolicy(heading).text,
    );
    const principal = /"Principal":\{[^}]*\}/;
    expect(principal.exec(keyPolicy ?? '')?.[0]).toBe(principal.exec(secretPolicy ?? '')?.[0] ?? 'none');
    expect(keyPolicy).toContain('"kms:ViaService":"secretsmanager.eu-central-1.amazonaws.com"');
  });

  it('has an image pinned', () => {
    expect(pinnedImage()).toMatch(/^localstack\/localstack:[0-9]+\.[0-9]+\.[0-9]+$/);
  });
});

function actions(requests: readonly { readonly operation: string }[]): string[] {
  return [...new Set(requests.map(({ operation }) => operation))].toSorted();
}
