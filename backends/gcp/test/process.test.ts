import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from './programs/program.ts';
import { goodToken, startFake, type RunningFake } from './server/start.ts';
import { startTokenServices, type RunningTokenServices } from './server/token-services.ts';
import { add } from './support/store.ts';
import { transports } from './support/subject.ts';
import { serviceAccountJson, testKey } from './auth/credentials.ts';

let fake: RunningFake;
let services: RunningTokenServices;

beforeEach(async () => {
  fake = await startFake();
  add(fake.model, 'shop--K', 'canary-value-of-the-process-test');
  services = await startTokenServices({
    serviceAccountKey: testKey().publicKey,
    onIssue: (token) => fake.service.tokens.add(token),
  });
});

afterEach(async () => {
  await fake.stop();
  await services.stop();
});

describe.each(transports)('a process with a backend, over %s', (transport) => {
  const settings = (auth: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ project: 'acme-production', transport, endpoint: fake.addresses[transport], ...auth });

  it('outlives a failed sign-in', async () => {
    services.refusal = { status: 400, body: '{"error":"invalid_grant"}' };
    const json = serviceAccountJson({ token_uri: `${services.origin}/token` }).text();
    const run = await runProgram('read-once', [
      settings({ 'auth.method': 'service-account', 'auth.credentials': json, 'auth.allowedHosts': '127.0.0.1' }),
    ]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({
      outcome: 'unknown unauthenticated',
      checked: expect.stringContaining('invalid_grant'),
    });
  });

  it('outlives credentials of the machine that are not there', async () => {
    const run = await runProgram('read-once', [settings({ 'auth.method': 'ambient' }), 'ambient'], {
      GCE_METADATA_HOST: '127.0.0.1:9',
      METADATA_SERVER_DETECTION: 'none',
    });
    expect(run).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'unknown unauthenticated' });
  });

  it('uses the credentials of the machine where it may', async () => {
    const run = await runProgram('read-once', [settings({ 'auth.method': 'ambient' }), 'ambient'], {
      GCE_METADATA_HOST: services.origin.slice('http://'.length),
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ outcome: expect.stringContaining('found'), checked: 'healthy' });
    expect(services.requests.some(({ path }) => path.endsWith('/service-accounts/default/token'))).toBe(true);
  });

  it('shows neither in the traces of gRPC', async () => {
    const run = await runProgram('read-once', [settings({ 'auth.method': 'token', 'auth.token': goodToken })], {
      GRPC_VERBOSITY: 'DEBUG',
      GRPC_TRACE: 'all',
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'found canary-value-of-the-process-test (1)' });
    for (const needle of ['canary-value', goodToken]) expect(run.stderr).not.toContain(needle);
    if (transport === 'grpc') expect(run.stderr).toContain('subchannel');
  });

  it('runs no program for a client certificate that the environment asks for', async () => {
    const home = await mkdtemp(join(tmpdir(), 'kici-gcp-'));
    try {
      await mkdir(join(home, '.secureConnect'));
      const command = ['/bin/sh', '-c', `echo ran > ${join(home, 'ran')}`];
      await writeFile(
        join(home, '.secureConnect', 'context_aware_metadata.json'),
        JSON.stringify({ cert_provider_command: command }),
      );
      const run = await runProgram('read-once', [settings({ 'auth.method': 'token', 'auth.token': goodToken })], {
        HOME: home,
        GOOGLE_API_USE_CLIENT_CERTIFICATE: 'true',
        GOOGLE_API_USE_MTLS_ENDPOINT: 'always',
      });
      expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'found canary-value-of-the-process-test (1)' });
      expect(await readdir(home)).toEqual(['.secureConnect']);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('prints no payload and no token when the libraries are told to log everything', async () => {
    const run = await runProgram('read-once', [settings({ 'auth.method': 'token', 'auth.token': goodToken })], {
      GOOGLE_SDK_NODE_LOGGING: 'all',
      NODE_DEBUG: '',
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'found canary-value-of-the-process-test (1)' });
    expect(run.stderr).toBe('');
  });
});

describe('importing the package', () => {
  it('loads no client library; nor does making a backend', async () => {
    const run = await runProgram('import-only', []);
    const { imported, made, afterwards } = JSON.parse(run.stdout);
    expect({ imported, made }).toEqual({ imported: 0, made: 0 });
    expect(afterwards, 'the count would show it').toBeGreaterThan(0);
  });
});
