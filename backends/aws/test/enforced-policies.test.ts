import { SecretValue, type SecretBackend } from '@kici-dev/secret-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { documentedPolicy } from './support/documents.ts';
import { createRole, createUser } from './support/iam.ts';
import { context, listAll, readAll, ref, value } from './support/scene.ts';
import type { RunningServer } from './support/server-process.ts';
import { motoLane, startMoto } from './support/servers.ts';
import { openBackend } from './support/subject.ts';

/** Moto checks signatures and actions if told to, but always with the resource `*`. */
function forAnyResource(policy: string): string {
  return policy.replaceAll(/"Resource":"[^"]+"/g, '"Resource":"*"');
}

describeLane({ describe, test: it }, { ...motoLane, name: 'moto-policies' }, () => {
  let server: RunningServer | undefined;
  let user = { accessKeyId: '', secretAccessKey: '' };
  const roles = new Map<string, string>();
  const secret = ref('apps', 'A');

  beforeAll(async () => {
    server = await startMoto();
    const { endpoint } = server;
    user = await createUser(endpoint, 'ci');
    const reading = documentedPolicy('Reading, both layouts').text;
    roles.set('reader', await createRole(endpoint, 'reader', [forAnyResource(reading)]));
    roles.set(
      'no-list',
      await createRole(endpoint, 'no-list', [forAnyResource(reading).replace('"secretsmanager:ListSecrets",', '')]),
    );
    for (const layout of ['secret-per-key', 'object-per-scope'])
      roles.set(
        layout,
        await createRole(endpoint, layout, [reading, documentedPolicy(`Writing, ${layout}`).text].map(forAnyResource)),
      );
    await fetch(`${endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  });
  afterAll(() => server?.stop());

  const openAs = (
    role: string,
    layout = 'secret-per-key',
    secretAccessKey = user.secretAccessKey,
  ): Promise<SecretBackend> =>
    openBackend(server?.endpoint ?? '', {
      layout,
      prefix: `${layout}/`,
      'auth.accessKeyId': user.accessKeyId,
      'auth.secretAccessKey': SecretValue.fromText(secretAccessKey),
      'auth.roles': roles.get(role),
    });

  it.each(['secret-per-key', 'object-per-scope'])('grant everything that a backend of %s does', async (layout) => {
    const backend = await openAs(layout, layout);
    await backend.check(context());
    const first = await backend.write?.({ ...secret, value: value('old') }, context());
    await backend.write?.({ ...secret, value: value('new'), expectedVersion: first?.version ?? '' }, context());
    await backend.restore?.({ ...secret, version: first?.version ?? '' }, context());
    await backend.declare?.(ref('apps', 'DECLARED'), context());
    expect((await listAll(backend)).names).toContain('apps A');
    expect(await readAll(backend, [ref('apps', 'A', first?.version), ref('apps', 'NONE')])).toEqual(['old', 'absent']);
    expect(await backend.versions?.(secret, context())).not.toEqual([]);
    await backend.delete?.(secret, context());
    await backend.close();
  });

  // Moto sends refusals as XML, which this protocol does not know, so the code cannot be right here; the fake proves
  // it.
  it('refuse a reader every change', async () => {
    const [reader, writer] = [await openAs('reader'), await openAs('secret-per-key')];
    await writer.write?.({ ...ref('apps', 'KEPT'), value: value('kept') }, context());
    await reader.check(context());
    const kept = ref('apps', 'KEPT');
    await expect(reader.write?.({ ...kept, value: value('x') }, context())).rejects.toMatchObject({
      code: 'bad_answer',
    });
    await expect(reader.delete?.(kept, context())).rejects.toMatchObject({ code: 'bad_answer' });
    await expect(reader.declare?.(kept, context())).rejects.toMatchObject({ code: 'bad_answer' });
    expect(await readAll(reader, [ref('apps', 'KEPT')])).toEqual(['kept']);
    await Promise.all([reader.close(), writer.close()]);
  });

  it('are missed by the check of a backend that may not list', async () => {
    const backend = await openAs('no-list');
    await expect(backend.check(context())).rejects.toMatchObject({ code: 'bad_answer' });
    await backend.close();
  });

  it('are of no use with a wrong secret key, whose signature is found out', async () => {
    const backend = await openAs('reader', 'secret-per-key', 'wrong-secret');
    await expect(backend.check(context())).rejects.toMatchObject({ code: 'unauthenticated' });
    await backend.close();
  });
});
