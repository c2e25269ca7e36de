import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { SecretBackend, Settings } from '@kici-dev/secret-backend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFake, type RunningFake } from '../server/start.ts';
import { startTokenServices, type RunningTokenServices } from '../server/token-services.ts';
import { createSignIn } from '../../auth/sign-in.ts';
import { loopbackHost, type TestHostOptions } from '../support/host.ts';
import { add, text } from '../support/store.ts';
import { openBackend, transports } from '../support/subject.ts';
import { context, inWords, ref } from '../support/world.ts';
import { pem, serviceAccountJson, testKey, workloadIdentityJson } from './credentials.ts';

const subjectToken = 'subject-token-of-the-runner';
let fake: RunningFake;
let services: RunningTokenServices;
let folder: string;
const opened: SecretBackend[] = [];

beforeEach(async () => {
  fake = await startFake({ tokens: [] });
  add(fake.model, 'shop--K', 'value');
  services = await startTokenServices({
    serviceAccountKey: testKey().publicKey,
    subjectToken,
    onIssue: (token) => fake.service.tokens.add(token),
  });
  folder = await mkdtemp(join(tmpdir(), 'kici-gcp-'));
});

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
  await fake.stop();
  await services.stop();
  await rm(folder, { recursive: true });
});

async function open(
  settings: Settings,
  host: TestHostOptions = {},
  transport: 'grpc' | 'rest' = 'grpc',
): Promise<SecretBackend> {
  const backend = await openBackend(
    fake,
    transport,
    { 'auth.allowedHosts': '127.0.0.1', 'auth.token': undefined, ...settings },
    host,
  );
  opened.push(backend);
  return backend;
}

async function read(backend: SecretBackend): Promise<string> {
  return inWords((await backend.read([ref('K')], context()))[0]);
}

const withKey = (): Settings => ({
  'auth.method': 'service-account',
  'auth.credentials': serviceAccountJson({ token_uri: `${services.origin}/token` }),
});

describe.each(transports)('signing in, over %s', (transport) => {
  it('with a service account key exchanges a signed assertion', async () => {
    const backend = await open(withKey(), {}, transport);
    expect(await read(backend)).toBe('found value (1)');
    await expect(backend.check(context())).resolves.toMatchObject({ identity: 'ci@acme.iam.gserviceaccount.com' });
  });

  it('happens once for a hundred first reads', async () => {
    const backend = await open(withKey(), {}, transport);
    const words = await Promise.all(Array.from({ length: 100 }, () => read(backend)));
    expect(new Set(words)).toEqual(new Set(['found value (1)']));
    expect(services.requests).toHaveLength(1);
  });

  it('happens again, once, when the service does not accept the token any more', async () => {
    const backend = await open(withKey(), {}, transport);
    await read(backend);
    fake.service.tokens.clear();
    const words = await Promise.all(Array.from({ length: 20 }, () => read(backend)));
    expect(new Set(words)).toEqual(new Set(['found value (1)']));
    expect(services.requests).toHaveLength(2);
  });

  it('gives up after one new token', async () => {
    const backend = await open(withKey(), {}, transport);
    fake.service.faults.set('expire');
    expect(await read(backend)).toBe('unknown unauthenticated');
    expect(fake.service.requests).toHaveLength(2);
  });
});

describe('a token', () => {
  it('is renewed before it ends, and an outage of the sign-in does not take a good one away', async () => {
    let now = Date.now();
    const backend = await open(withKey(), { now: () => now });
    const readNow = async (): Promise<string> =>
      inWords((await backend.read([ref('K')], { deadline: now + 10_000, signal: AbortSignal.timeout(10_000) }))[0]);
    await readNow();
    now += 54 * 60_000;
    await readNow();
    expect(services.requests).toHaveLength(1);
    now += 2 * 60_000;
    services.refusal = { status: 503, body: '' };
    for (const _ of [1, 2, 3]) expect(await readNow()).toBe('found value (1)');
    await expect.poll(() => services.requests.length).toBe(2);
    for (const _ of [1, 2, 3]) expect(await readNow()).toBe('found value (1)');
    expect(services.requests, 'a sign-in that failed is left alone for a while').toHaveLength(2);
    services.refusal = undefined;
    now += 11_000;
    await readNow();
    await expect.poll(() => services.issued.length).toBe(2);
    now += 61 * 60_000;
    services.refusal = { status: 503, body: '' };
    expect(await readNow()).toBe('unknown server_error');
  });

  it('that is still good does not wait for a sign-in that hangs', async () => {
    let now = Date.now();
    const backend = await open(withKey(), { now: () => now });
    await read(backend);
    now += 56 * 60_000;
    services.silent = true;
    expect(
      inWords((await backend.read([ref('K')], { deadline: now + 500, signal: AbortSignal.timeout(500) }))[0]),
    ).toBe('found value (1)');
  });

  it.each([
    [400, '{"error":"invalid_grant"}', 'unauthenticated', '(invalid_grant)'],
    [401, '', 'unauthenticated', '401'],
    [429, '', 'throttled', '429'],
    [500, '', 'server_error', '500'],
    [302, '', 'bad_answer', '302'],
    [200, '<html>', 'bad_answer', 'without a token'],
    [200, '{}', 'bad_answer', 'without a token'],
  ])('that is refused with %i %s is %s', async (status, body, code, detail) => {
    const backend = await open(withKey());
    services.refusal = { status, body };
    expect(await backend.read([ref('K')], context())).toMatchObject([
      { status: 'unknown', code, detail: expect.stringContaining(detail) },
    ]);
    await expect(backend.check(context())).rejects.toMatchObject({ code });
    expect(fake.service.requests).toHaveLength(0);
  });

  it("that does not come ends with the caller's deadline or signal, and others go on waiting", async () => {
    services.silent = true;
    const backend = await open(withKey());
    expect(await backend.read([ref('K')], context(100))).toMatchObject([{ code: 'timeout' }]);
    const controller = new AbortController();
    const aborted = backend.read([ref('K')], context(60_000, controller.signal));
    controller.abort();
    expect(await aborted).toMatchObject([{ code: 'aborted' }]);
    const waiting = backend.read([ref('K')], context());
    await backend.close();
    expect(await waiting).toMatchObject([{ code: 'closed' }]);
    expect(services.requests).toHaveLength(1);
  });

  it('that was given is used as it is, and nobody can renew it', async () => {
    const backend = await open({ 'auth.method': 'token', 'auth.token': text('given-token\n') });
    expect(await read(backend)).toBe('unknown unauthenticated');
    fake.service.tokens.add('given-token');
    expect(await read(backend)).toBe('found value (1)');
    expect(fake.service.requests).toHaveLength(2);
  });
});

describe('workload identity federation', () => {
  const federated = (source: unknown, changes: Readonly<Record<string, unknown>> = {}): Settings => ({
    'auth.method': 'workload-identity',
    'auth.credentials': workloadIdentityJson(source, { token_url: `${services.origin}/sts/v1/token`, ...changes }),
  });

  it("takes the runner's token from a file below an allowed path", async () => {
    await writeFile(join(folder, 'token'), `${subjectToken}\n`);
    const backend = await open(federated({ file: join(folder, 'token') }), { ambient: { paths: [folder] } });
    expect(await read(backend)).toBe('found value (1)');
  });

  it('takes it from an identity provider that is allowed', async () => {
    const source = {
      url: `${services.origin}/idp?audience=x`,
      headers: { 'X-Idp': 'yes' },
      format: { type: 'json', subject_token_field_name: 'value' },
    };
    expect(await read(await open(federated(source)))).toBe('found value (1)');
    expect(services.requests.map(({ path }) => path)).toEqual(['/idp', '/sts/v1/token']);
  });

  it('acts as the service account that the JSON names', async () => {
    await writeFile(join(folder, 'token'), subjectToken);
    const backend = await open(
      federated(
        { file: join(folder, 'token') },
        {
          service_account_impersonation_url: `${services.origin}/v1/projects/-/serviceAccounts/reader%40acme.iam.gserviceaccount.com:generateAccessToken`,
        },
      ),
      { ambient: { paths: [folder] } },
    );
    expect(await read(backend)).toBe('found value (1)');
    expect(services.issued).toHaveLength(2);
    expect(fake.service.requests[0]?.headers['authorization']).toBe(`Bearer ${services.issued[1]}`);
  });

  it.each([
    ['outside the allowed paths', [], 'token'],
    ['behind a link that leads out of them', ['allowed'], 'allowed/link'],
  ])('opens no file %s', async (_, paths, name) => {
    await writeFile(join(folder, 'token'), subjectToken);
    const allowed = await mkdtemp(join(folder, 'allowed'));
    await symlink(join(folder, 'token'), join(allowed, 'link'));
    const backend = await open(
      federated({ file: join(folder, name.replace('allowed', allowed.slice(folder.length + 1))) }),
      { ambient: { paths: paths.map(() => allowed) } },
    );
    expect(await read(backend)).toBe('unknown misconfigured');
    expect(services.requests).toHaveLength(0);
  });

  it('reads its JSON from a file at each sign-in, so that a rotated one is noticed', async () => {
    const path = join(folder, 'gcp.json');
    const backend = await open(
      { 'auth.method': 'service-account', 'auth.credentialsFile': path },
      { ambient: { paths: [folder] } },
    );
    expect(await read(backend)).toBe('unknown misconfigured');
    await writeFile(path, serviceAccountJson({ token_uri: `${services.origin}/token` }).bytes());
    expect(await read(backend)).toBe('found value (1)');
  });
});

describe('impersonation', () => {
  const as = (email: string): Settings => ({ 'auth.impersonate': email, 'auth.iamEndpoint': services.origin });

  it('acts as another service account, whatever the credentials are', async () => {
    const backend = await open({ ...withKey(), ...as('reader@acme.iam.gserviceaccount.com') });
    expect(await read(backend)).toBe('found value (1)');
    await expect(backend.check(context())).resolves.toMatchObject({ identity: 'reader@acme.iam.gserviceaccount.com' });
    const given = await open({
      'auth.method': 'token',
      'auth.token': text('base-token'),
      ...as('reader@acme.iam.gserviceaccount.com'),
    });
    expect(await read(given)).toBe('found value (1)');
  });

  it('that is refused is a lack of rights', async () => {
    const backend = await open({ ...withKey(), ...as('stranger@acme.iam.gserviceaccount.com') });
    expect(await read(backend)).toBe('unknown permission_denied');
  });
});

describe('no part of a credential is shown', () => {
  it('by any error, outcome or log of a failed sign-in', async () => {
    await writeFile(join(folder, 'token'), subjectToken);
    const key = await open(withKey());
    const federated = await open(
      {
        'auth.method': 'workload-identity',
        'auth.credentials': workloadIdentityJson(
          { file: join(folder, 'token') },
          { token_url: `${services.origin}/sts/v1/token` },
        ),
      },
      { ambient: { paths: [folder] } },
    );
    const needles = [subjectToken, pem().split('\n')[2] ?? pem(), 'MII'];
    for (const [status, body] of [
      [400, `{"error":"${subjectToken}","error_description":"${subjectToken}"}`],
      [500, subjectToken],
      [200, subjectToken],
    ] as const) {
      services.refusal = { status, body };
      for (const backend of [key, federated]) {
        const printed: unknown[] = [await backend.read([ref('K')], context())];
        await backend.check(context()).catch((error: unknown) => printed.push(error));
        const assertion = new URLSearchParams(services.requests.at(-1)?.body).get('assertion') ?? subjectToken;
        for (const needle of [...needles, assertion])
          expect(inspect(printed, { depth: 10, showHidden: true })).not.toContain(needle);
      }
    }
  });
});

describe('a source that obeys no signal', () => {
  it('keeps nobody waiting for ever, and is asked again', async () => {
    let asked = 0;
    const signIn = createSignIn(
      () => {
        asked += 1;
        return new Promise(() => undefined);
      },
      loopbackHost(),
      20,
    );
    for (const times of [1, 2]) {
      await expect(signIn.token(context())).rejects.toMatchObject({ code: 'timeout' });
      expect(asked).toBe(times);
    }
  });
});
