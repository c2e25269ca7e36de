import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { awsDefinition } from '../index.ts';
import { FakeAws, otherAccount, staticKey } from './fake/fake-aws.ts';
import { staticSecret } from './support/client.ts';
import { createTestHost } from './support/host.ts';
import { context, openScene, readAll, ref, textPayload } from './support/scene.ts';
import { testSettings } from './support/subject.ts';

const hub = 'arn:aws:iam::111122223333:role/hub';
const reader = `arn:aws:iam::${otherAccount}:role/reader`;
const token = 'eyJhbGciOiJSUzI1NiJ9.identity-token-canary.c2lnbmF0dXJl';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-aws-sign-in-'));
  await writeFile(join(folder, 'token'), `${token}\n`);
  await writeFile(
    join(folder, 'credentials'),
    `[ci]\naws_access_key_id = ${staticKey}\naws_secret_access_key = ${staticSecret}\n`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const ambient = () => createTestHost({ ambient: { credentials: true, paths: [folder] } });
const signIns = ({ requests }: FakeAws) => requests.filter(({ service }) => service === 'sts');

describe('signing in', () => {
  it('assumes one role after another, with the external id for the last', async () => {
    const { fake, backend } = await openScene({ 'auth.roles': `${hub} ${reader}`, 'auth.externalId': 'kici-prod' });
    fake.sts.roles.set(hub, { trusts: [staticKey] }).set(reader, { trusts: [hub], externalId: 'kici-prod' });
    fake.accounts.of(otherAccount).create('apps/A', textPayload('a'));
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    expect(
      signIns(fake)
        .map(({ body }) => new URLSearchParams(body))
        .map((asked) => [asked.get('RoleArn'), asked.get('ExternalId'), asked.get('RoleSessionName')]),
    ).toEqual([
      [hub, null, 'kici-aws-test'],
      [reader, 'kici-prod', 'kici-aws-test'],
    ]);
    expect(fake.sts.issued.get(fake.requests.at(-1)?.accessKeyId ?? '')).toBe(reader);
  });

  it('says that the credentials are no good when a role may not be assumed', async () => {
    const { fake, backend } = await openScene({ 'auth.roles': reader, 'auth.externalId': 'wrong' });
    fake.sts.roles.set(reader, { externalId: 'right' });
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown unauthenticated']);
    await expect(backend.check(context())).rejects.toThrow(/signing in: AccessDenied; check the role/);
    expect(fake.count()).toBe(0);
  });

  it('signs in again, once, when the credentials have expired', async () => {
    const { fake, backend } = await openScene({ 'auth.roles': reader });
    fake.sts.roles.set(reader, {});
    fake.accounts.of(otherAccount).create('apps/A', textPayload('a'));
    await readAll(backend, [ref('apps', 'A')]);
    for (const key of fake.sts.issued.keys()) fake.expired.add(key);
    const answers = await Promise.all(Array.from({ length: 20 }, () => readAll(backend, [ref('apps', 'A')])));
    expect(answers.flat()).toEqual(Array.from({ length: 20 }, () => 'a'));
    expect(signIns(fake)).toHaveLength(2);
  });

  it('gives up after one new sign-in, and does not sign in again with keys that cannot change', async () => {
    const { fake, backend } = await openScene({ 'auth.roles': reader });
    fake.sts.roles.set(reader, {});
    fake.faults.set('expire');
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown unauthenticated']);
    expect([signIns(fake).length, fake.count()]).toEqual([2, 2]);
    const { fake: other, backend: fixed } = await openScene();
    other.faults.set('expire');
    expect(await readAll(fixed, [ref('apps', 'A')])).toEqual(['unknown unauthenticated']);
    expect(other.count()).toBe(1);
  });

  it('exchanges a web identity token, which is read from its file each time', async () => {
    const { fake, backend } = await openScene(
      { 'auth.method': 'web-identity', 'auth.tokenFile': join(folder, 'token'), 'auth.webIdentityRole': hub },
      ambient(),
    );
    fake.sts.roles.set(hub, {});
    fake.sts.identities.add(token);
    fake.store.create('apps/A', textPayload('a'));
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    await writeFile(join(folder, 'token'), 'the next token');
    fake.sts.identities.add('the next token');
    for (const key of fake.sts.issued.keys()) fake.expired.add(key);
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    expect(signIns(fake).map(({ body }) => new URLSearchParams(body).get('WebIdentityToken'))).toEqual([
      token,
      'the next token',
    ]);
  });

  it('reads a profile from a file that the server allows', async () => {
    const { fake, backend } = await openScene(
      { 'auth.method': 'profile', 'auth.profile': 'ci', 'auth.credentialsFile': join(folder, 'credentials') },
      ambient(),
    );
    fake.store.create('apps/A', textPayload('a'));
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
  });

  it("finds the machine's own credentials through the default chain", async () => {
    const { fake, backend } = await openScene({ 'auth.method': 'default-chain' }, ambient());
    vi.stubEnv('AWS_ACCESS_KEY_ID', staticKey).stubEnv('AWS_SECRET_ACCESS_KEY', staticSecret);
    fake.store.create('apps/A', textPayload('a'));
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['a']);
    vi.unstubAllEnvs();
  });

  it("takes what the machine has only where the server's configuration allows it", () => {
    const methods = [
      { 'auth.method': 'default-chain' },
      { 'auth.method': 'profile', 'auth.profile': 'ci' },
      { 'auth.method': 'web-identity', 'auth.tokenFile': join(folder, 'token'), 'auth.webIdentityRole': hub },
    ];
    for (const method of methods) {
      expect(() => awsDefinition.create(testSettings('http://127.0.0.1:1', method), createTestHost())).toThrow(
        /does not allow/,
      );
      expect(() => awsDefinition.create(testSettings('http://127.0.0.1:1', method), ambient())).not.toThrow();
    }
  });

  it('opens no file outside the allowed paths, whether named outright, by "..", or by a link', async () => {
    await symlink('/etc/hostname', join(folder, 'link'));
    const settings = (tokenFile: string) => ({
      'auth.method': 'web-identity',
      'auth.tokenFile': tokenFile,
      'auth.webIdentityRole': hub,
    });
    for (const path of ['/etc/hostname', `${folder}/../hostname`, `${folder}-beside/token`, join(folder, 'link')]) {
      const { fake, backend } = await openScene(settings(path), ambient());
      expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['unknown misconfigured']);
      expect(fake.requests).toEqual([]);
    }
  });

  it('ends a call at its deadline while the sign-in hangs', async () => {
    const { fake } = await openScene();
    const { backend } = await openScene(
      { endpoint: fake.endpoint, 'auth.roles': reader, 'auth.stsEndpoint': 'http://blackhole.test' },
      createTestHost({ resolveAddress: () => new Promise(() => {}) }),
    );
    const outcomes = await backend.read([ref('apps', 'A')], context(200));
    expect(outcomes).toMatchObject([{ status: 'unknown', code: 'timeout' }]);
  });
});
