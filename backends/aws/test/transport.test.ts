import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestHost, refuseAddress } from './support/host.ts';
import { FakeAws } from './fake/fake-aws.ts';
import { context, openScene, readAll, ref, textPayload } from './support/scene.ts';

describe('where calls go', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('resolves a name through the host and connects to what it answers', async () => {
    const fake = await FakeAws.start();
    fake.store.create('apps/A', textPayload('a'));
    const host = createTestHost({ resolveAddress: async () => [{ address: '127.0.0.1', family: 4 }] });
    const { backend } = await openScene({ endpoint: `http://secrets.example.test:${fake.port}` }, host);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    expect(host.resolved).toEqual(['secrets.example.test']);
    await backend.close();
    await fake.stop();
  });

  it('makes no connection that the host refuses, by name or by number', async () => {
    for (const name of ['localhost', '127.0.0.1']) {
      const fake = await FakeAws.start();
      const { backend } = await openScene(
        { endpoint: `http://${name}:${fake.port}` },
        createTestHost({ resolveAddress: refuseAddress }),
      );
      expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown permission_denied']);
      await expect(backend.check(context())).rejects.toThrow('the address is not on the allow-list');
      expect(fake.requests).toEqual([]);
      await fake.stop();
    }
  });

  it("asks the host for the sign-in's address too, by number", async () => {
    const role = 'arn:aws:iam::444455556666:role/reader';
    const fake = await FakeAws.start();
    const sts = await FakeAws.start();
    sts.sts.roles.set(role, {});
    const host = createTestHost({
      resolveAddress: async (name) => (name === '127.0.0.1' ? refuseAddress() : [{ address: '127.0.0.1', family: 4 }]),
    });
    const { backend } = await openScene(
      { endpoint: `http://secrets.test:${fake.port}`, 'auth.roles': role, 'auth.stsEndpoint': sts.endpoint },
      host,
    );
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown permission_denied']);
    expect([...fake.requests, ...sts.requests]).toEqual([]);
    await fake.stop();
    await sts.stop();
  });

  it('is led nowhere else by environment variables', async () => {
    const decoy = await FakeAws.start();
    const environment = {
      AWS_ENDPOINT_URL: decoy.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: decoy.endpoint,
      AWS_REGION: 'us-west-2',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_MAX_ATTEMPTS: '5',
      AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT',
      AWS_SECRET_ACCESS_KEY: 'x',
      HTTP_PROXY: decoy.endpoint,
    };
    for (const [name, setting] of Object.entries(environment)) vi.stubEnv(name, setting);
    const { fake, backend } = await openScene();
    fake.store.create('apps/A', textPayload('a'));
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    fake.faults.set('server_error');
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown server_error']);
    expect([fake.count(), decoy.requests.length]).toEqual([2, 0]);
    await decoy.stop();
  });
});
