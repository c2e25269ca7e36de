import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { BackendError } from '@kici-dev/secret-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLane, listen } from '@kici-dev/secret-backend-conformance/testing';
import type { Tls } from '../server/grpc.ts';
import { startFake } from '../server/start.ts';
import { add } from '../support/store.ts';
import { openBackend, transports } from '../support/subject.ts';
import { context, openWorld, ref } from '../support/world.ts';

describe.each(transports)('the connection, over %s', (transport) => {
  it('goes only where the host allows', async () => {
    await using world = await openWorld({
      transport,
      host: {
        resolveAddress: async () => {
          throw new BackendError('permission_denied', { detail: 'the allow-list does not have 127.0.0.1' });
        },
      },
    });
    expect(await world.backend.read([ref('K')], context())).toMatchObject([
      { code: 'permission_denied', detail: expect.stringContaining('allow-list') },
    ]);
    await expect(world.backend.check(context())).rejects.toMatchObject({ code: 'permission_denied' });
    expect(world.calls()).toEqual([]);
  });

  it('goes in plain text only where the name leads to this machine', async () => {
    await using world = await openWorld({
      transport,
      host: { resolveAddress: async () => [{ address: '192.0.2.1', family: 4 }] },
    });
    expect(await world.read(ref('K'))).toBe('unknown misconfigured');
  });

  it('is made again, to addresses looked up again, after it broke', async () => {
    let lookups = 0;
    await using world = await openWorld({
      transport,
      host: {
        resolveAddress: async () => {
          lookups += 1;
          return [{ address: '127.0.0.1', family: 4 }];
        },
      },
    });
    add(world.fake.model, 'shop--K', 'value');
    await world.read(ref('K'));
    const before = lookups;
    await world.read(ref('K'));
    world.fake.service.faults.set('reset', 1);
    expect(await world.read(ref('K'))).toBe('unknown unreachable');
    expect(await world.read(ref('K'))).toBe('found value (1)');
    expect(lookups).toBeGreaterThan(before);
  });

  it('serves the next call after an answer that is too large', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.faults.set('flood', 1);
    expect(await world.read(ref('K'))).toBe('unknown too_large');
    expect(await world.read(ref('K'))).toBe('found value (1)');
  });

  it('ignores the proxy of the environment', async () => {
    const strangers: string[] = [];
    const proxy = await listen(
      createServer((request, response) => {
        strangers.push(request.url ?? '');
        response.destroy();
      }),
    );
    const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'grpc_proxy'];
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      await using world = await openWorld({ transport });
      add(world.fake.model, 'shop--K', 'value');
      expect(await world.read(ref('K'))).toBe('found value (1)');
      expect(strangers).toEqual([]);
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name);
      await proxy.stop();
    }
  });

  it('that nobody answers is unreachable', async () => {
    const gone = await listen(createServer());
    await gone.stop();
    await using world = await openWorld({ transport, settings: { endpoint: `http://127.0.0.1:${gone.port}` } });
    expect(await world.read(ref('K'))).toBe('unknown unreachable');
  });
});

function opensslMissing(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no openssl on PATH, which makes the certificates of this lane';
  }
}

describeLane({ describe, test: it }, { name: 'gcp-tls', missing: opensslMissing() }, () => {
  const trusted = getCACertificates('default');
  let folder: string;
  let tls: Tls;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kici-gcp-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=secretmanager.test',
        '-addext',
        'subjectAltName=DNS:secretmanager.test',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  });

  afterAll(() => {
    setDefaultCACertificates(trusted);
    rmSync(folder, { recursive: true });
  });

  describe.each(transports)('over %s', (transport) => {
    it('the certificate must be for the name, though the connection goes to an address', async () => {
      setDefaultCACertificates([...trusted, tls.cert]);
      const fake = await startFake({ tls });
      const { port } = new URL(fake.addresses[transport]);
      const right = await openBackend(fake, transport, { endpoint: `https://secretmanager.test:${port}` });
      const wrong = await openBackend(fake, transport, { endpoint: `https://other.test:${port}` });
      const stranger = await openBackend(fake, transport, { endpoint: `https://secretmanager.test:${port}` });
      add(fake.model, 'shop--K', 'value');
      try {
        expect(await right.read([ref('K')], context())).toMatchObject([{ status: 'found' }]);
        expect(await wrong.read([ref('K')], context())).toMatchObject([{ status: 'unknown', code: 'unreachable' }]);
        setDefaultCACertificates(trusted);
        expect(await stranger.read([ref('K')], context())).toMatchObject([{ status: 'unknown', code: 'unreachable' }]);
      } finally {
        for (const backend of [right, wrong, stranger]) await backend.close();
        await fake.stop();
      }
    });
  });
});
