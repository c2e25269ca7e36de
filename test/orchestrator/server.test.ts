import { describe, expect, it } from 'vitest';
import { operations } from '../../src/api/registry.ts';
import { newService, ref } from './support/places.ts';
import { base64, startServer } from './support/server.ts';

describe('the server', () => {
  it('is live and ready without a token', async () => {
    const { url } = await startServer();
    for (const name of ['live', 'ready'])
      expect(
        await fetch(`${url}/health/${name}`).then(async (response) => [response.status, await response.json()]),
      ).toEqual([200, { status: name }]);
  });

  it('is live and not ready when its database cannot be asked', async () => {
    const { url, tamper } = await startServer();
    tamper('drop table organizations');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const response = await fetch(`${url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'not ready', hint: expect.any(String) });
  });

  it('describes every operation', async () => {
    const { url } = await startServer();
    const document = await (await fetch(`${url}/openapi.json`)).text();
    for (const id of Object.keys(operations)) expect(document).toContain(`"operationId":"${id}"`);
  });

  it('lets no answer be kept', async () => {
    const { url, owner } = await startServer();
    const response = await fetch(`${url}/api/v1/orgs/default/environments`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('ends the requests in flight before it stops', async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps K': 'v' });
    await server.call('backends.add', {
      name: 'corp',
      type: 'memory',
      settings: { address },
      secretSettings: { password: base64('right') },
    });
    await server.call('secrets.list', { scope: 'corp:apps' });
    service.put(ref('apps K2'), (await import('@kici-dev/secret-backend')).SecretValue.fromText('v'));
    service.fault = 'delay';
    service.faultsLeft = 1;
    const asked = service.requests;
    const writing = server.call('secrets.set', { scope: 'corp:apps', key: 'K3', value: base64('v') });
    await expect.poll(() => service.requests).toBeGreaterThan(asked);
    await Promise.all([server.application.stop(), writing]);
    expect((await writing).key).toBe('K3');
    expect(service.openInstances).toBe(0);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  it('keeps what it stored over a restart', async () => {
    const first = await startServer();
    await first.call('secrets.set', { scope: 's', key: 'K', value: base64('v') });
    await first.application.stop();
    const second = await startServer({ settings: { dataDir: first.dataDir } });
    expect((await second.call('secrets.list', { scope: 's' })).secrets).toMatchObject([{ key: 'K', version: '1' }]);
    expect(await second.call('audit.verify')).toMatchObject({ intact: true });
    expect(await second.application.localToken(first.owner)).toBe(first.owner);
  });
});
