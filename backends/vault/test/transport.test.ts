import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { vaultDefinition } from '../index.ts';
import { readText } from './support/ask.ts';
import { context, createHost, settingsOf } from './support/host.ts';
import { listen } from './support/listen.ts';
import { openVault, ref } from './support/open.ts';
import { openProxy } from './support/proxy.ts';

/** A server that treats every request the same. */
const openServer = (answer: Parameters<typeof createServer>[1]): Promise<string> => listen(createServer(answer));

async function readAt(
  address: string,
  more: Parameters<typeof settingsOf>[0] = {},
  timeoutMs = 5000,
): Promise<unknown> {
  const backend = await vaultDefinition.create(
    settingsOf({ address, 'auth.token': 'canary-token', kvVersion: '2', ...more }),
    createHost(),
  );
  onTestFinished(() => backend.close());
  const [outcome] = await backend.read([ref('app', 'TOKEN')], context(timeoutMs));
  return outcome;
}

describe('a connection', () => {
  it('goes only to an address that the host allows, name or number', async () => {
    const { gateway, host, put, another } = await openVault({}, { names: ['vault.test'] });
    const { port } = new URL(gateway.address);
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    const named = await another({ address: `http://vault.test:${port}` });
    expect(await readText(named, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(host.resolved).toContain('vault.test');
    for (const hostname of ['elsewhere.test', '127.0.0.2', '[::1]', 'localhost']) {
      const refused = await another({ address: `http://${hostname}:${port}` });
      expect(await readText(refused, ref('app', 'TOKEN'))).toEqual(['permission_denied']);
    }
  });

  it('is checked each time that one is made', async () => {
    const { host, gateway, backend, put } = await openVault();
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    gateway.fault('reset', 1);
    await readText(backend, ref('app', 'TOKEN'));
    const before = host.resolved.length;
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(host.resolved.length).toBeGreaterThan(before);
  });

  it('to nobody is unreachable, and the message names the address and no credential', async () => {
    const outcome = await readAt('http://127.0.0.1:1');
    expect(outcome).toMatchObject({
      status: 'unknown',
      code: 'unreachable',
      detail: expect.stringContaining('http://127.0.0.1:1'),
    });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });
});

describe('the id of a request', () => {
  it('goes along for the audit log of the service, where there is one', async () => {
    const seen = new Array<unknown>();
    const address = await openServer((request, response) => {
      seen.push(request.headers['x-correlation-id']);
      response.writeHead(200).end('{}');
    });
    const settings = settingsOf({ address, 'auth.token': 'canary-token', kvVersion: '2' });
    for (const requestId of ['11111111-2222-4333-8444-555555555555', undefined]) {
      const backend = await vaultDefinition.create(settings, { ...createHost(), requestId: () => requestId });
      onTestFinished(() => backend.close());
      await backend.read([ref('app', 'TOKEN')], context());
    }
    expect(new Set(seen)).toEqual(new Set(['11111111-2222-4333-8444-555555555555', undefined]));
  });
});

describe('an answer', () => {
  it('that redirects is not followed, and the token goes nowhere else', async () => {
    const reached: string[] = [];
    const other = await openServer((request, response) => {
      reached.push(request.url ?? '');
      response.end('{}');
    });
    for (const status of [301, 302, 307, 308]) {
      const address = await openServer((_, response) =>
        response.writeHead(status, { location: `${other}/v1/secret` }).end(),
      );
      expect(await readAt(address)).toMatchObject({
        status: 'unknown',
        code: 'bad_answer',
        detail: expect.stringContaining('redirects'),
      });
    }
    expect(reached).toEqual([]);
  });

  it('that drips past the deadline is a timeout', async () => {
    const address = await openServer((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await readAt(address, {}, 300)).toMatchObject({ status: 'unknown', code: 'timeout' });
  });

  it('that is not UTF-8, or no HTTP, is a bad answer', async () => {
    const address = await openServer((_, response) => response.writeHead(200).end(Buffer.from([0x22, 0xff, 0x22])));
    expect(await readAt(address)).toMatchObject({ code: 'bad_answer' });
  });

  it.each([
    ['larger than a value', Buffer.alloc(2_097_153, 0x20), '2097152 bytes'],
    ['in more parts than a value', Buffer.from(`[${'[],'.repeat(100_000)}1]`), '65536 elements'],
    ['deeper than a value', Buffer.from('['.repeat(10_000)), '256 levels'],
  ])('that is %s is too large, whatever its status, and the message says the limit', async (_, body, limit) => {
    for (const status of [200, 404, 503]) {
      const address = await openServer((__, response) => response.writeHead(status).end(body));
      expect(await readAt(address, {}, 20_000)).toMatchObject({
        status: 'unknown',
        code: 'too_large',
        detail: expect.stringContaining(limit),
      });
    }
  });

  it('that is compressed without being asked for is a bad answer, however large it would become', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000, 0x20));
    const address = await openServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(await readAt(address)).toMatchObject({ code: 'bad_answer' });
  });

  it('with headers beyond measure is a bad answer', async () => {
    const address = await openServer((_, response) =>
      response.writeHead(200, { 'x-padding': 'x'.repeat(100_000) }).end('{}'),
    );
    expect(await readAt(address)).toMatchObject({ code: 'bad_answer' });
  });

  it('to a path that contains sys/health is judged like any other', async () => {
    const { backend, gateway } = await openVault({ kvVersion: '2' });
    await readText(backend, ref('warm', 'UP'));
    gateway.answerOnce({ status: 503, text: '{"errors":["Vault is sealed"]}' });
    expect(await readText(backend, ref('sys/health', 'TOKEN'))).toEqual(['sealed']);
  });
});

describe('a proxy', () => {
  it("is used when the settings name one, with its credentials, and gets the server's name unresolved", async () => {
    const { gateway, host, put, another } = await openVault();
    const proxy = await openProxy();
    const { port } = new URL(gateway.address);
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    const backend = await another({
      address: `http://vault.internal:${port}`,
      'proxy.address': proxy.address,
      'proxy.username': 'user',
      'proxy.password': 'secret',
    });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(proxy.tunnels[0]).toMatchObject({
      authority: `vault.internal:${port}`,
      headers: { 'proxy-authorization': `Basic ${Buffer.from('user:secret').toString('base64')}` },
    });
    expect(host.resolved).not.toContain('vault.internal');
  });

  it('that refuses, or is not allowed, makes the server unreachable', async () => {
    const proxy = await openProxy(407);
    expect(await readAt('http://vault.internal:8200', { 'proxy.address': proxy.address })).toMatchObject({
      code: 'unreachable',
      detail: expect.stringContaining('407'),
    });
    expect(
      await readAt('http://vault.internal:8200', { 'proxy.address': 'http://proxy.elsewhere:3128' }),
    ).toMatchObject({ code: 'permission_denied' });
  });
});

describe('the environment of the process', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('supplies no token, address, namespace, prefix or proxy', async () => {
    const proxy = await openProxy();
    const { backend, gateway, put } = await openVault();
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    const leaks = {
      VAULT_TOKEN: 'canary',
      VAULT_ADDR: 'http://127.0.0.1:1',
      VAULT_NAMESPACE: 'canary',
      VAULT_PREFIX: '/canary',
      VAULT_SKIP_VERIFY: '1',
      HTTP_PROXY: proxy.address,
      http_proxy: proxy.address,
      HTTPS_PROXY: proxy.address,
    };
    for (const [name, value] of Object.entries(leaks)) vi.stubEnv(name, value);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(proxy.tunnels).toEqual([]);
    expect(JSON.stringify(gateway.requests)).not.toContain('canary');
  });
});
