import { exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dirname } from 'node:path';
import type { SecretBackend } from '@kici-dev/secret-backend';
import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { vaultDefinition } from '../index.ts';
import { member, memberText } from '../wire/json.ts';
import type { SettingName } from '../settings.ts';
import { failure, listAll, readText } from './support/ask.ts';
import { createAuthority, opensslLane } from './support/certificates.ts';
import { documentedPolicy } from './support/documented-policy.ts';
import { createRole } from './support/harness.ts';
import { context, createHost, settingsOf } from './support/host.ts';
import { openTokenReviewer } from './support/kubernetes.ts';
import { openBaoLane, startOpenBao, type OpenBao } from './support/open-bao.ts';
import { ref } from './support/open.ts';
import { administer, ask } from './support/server.ts';

const missing = openBaoLane.missing ?? opensslLane.missing;

describeLane({ describe, test: it }, { name: openBaoLane.name, missing }, () =>
  describe('signing in to OpenBao', () => {
    let bao: OpenBao;
    let key: CryptoKey;
    let publicKey: string;
    beforeAll(async () => {
      bao = await startOpenBao({ tls: true });
      const pair = await generateKeyPair('ES256');
      key = pair.privateKey;
      publicKey = await exportSPKI(pair.publicKey);
      await administer(bao, 'POST', 'sys/policies/acl/app', {
        policy: documentedPolicy('Reading, KV version 2', 'secret'),
      });
      await administer(bao, 'POST', 'secret/data/teams/shop/app', { data: { TOKEN: 'value' } });
      for (const method of ['approle', 'jwt', 'kubernetes', 'cert'])
        await administer(bao, 'POST', `sys/auth/${method}`, { type: method });
    });
    afterAll(() => bao.stop());

    async function open(settings: Partial<Record<SettingName, string>>): Promise<SecretBackend> {
      const backend = await vaultDefinition.create(
        settingsOf({ address: bao.address, basePath: 'teams/shop', ...settings }),
        createHost({ paths: [dirname(bao.secure.caFile)] }),
      );
      onTestFinished(() => backend.close());
      return backend;
    }

    async function expectIn(settings: Partial<Record<SettingName, string>>): Promise<void> {
      const backend = await open(settings);
      await backend.check(context());
      expect(await readText(backend, ref('app', 'TOKEN'), ref('other', 'TOKEN'))).toEqual(['value', 'absent']);
      expect(await listAll(backend)).toEqual({ secrets: ['app TOKEN'], unlisted: [], unnameable: [] });
      await backend.close();
    }

    async function expectOut(settings: Partial<Record<SettingName, string>>): Promise<void> {
      const error = await failure((await open(settings)).check(context()));
      expect(error.code).toBe('unauthenticated');
      expect(error.message).not.toContain('canary');
    }

    const signed = (claims: Record<string, unknown>, expiresIn = '5m'): Promise<string> =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuedAt()
        .setIssuer('https://issuer.test')
        .setExpirationTime(expiresIn)
        .sign(key);

    it('by token', async () => {
      const created = await administer(bao, 'POST', 'auth/token/create', { policies: ['app'], ttl: '60s' });
      const token = memberText(member(created.body, 'auth'), 'client_token') ?? '';
      await expectIn({ 'auth.token': token });
      // Ours to use, but not to revoke.
      expect((await ask(bao, 'GET', 'auth/token/lookup-self', undefined, { token })).status).toBe(200);
      await expectOut({ 'auth.token': 'canary' });
    });

    it('by AppRole, and the token is gone after closing', async () => {
      const { roleId, secretId } = await createRole(bao, 'app', { token_policies: ['app'] });
      const before = await accessors();
      await expectIn({ 'auth.method': 'approle', 'auth.roleId': roleId, 'auth.secretId': secretId });
      expect(await accessors()).toBe(before);
      await expectOut({ 'auth.method': 'approle', 'auth.roleId': roleId, 'auth.secretId': 'canary' });
    });

    it('by AppRole for batch tokens, which can be neither renewed nor revoked', async () => {
      const { roleId, secretId } = await createRole(bao, 'batch', {
        token_policies: ['app'],
        token_type: 'batch',
        token_ttl: 60,
      });
      await expectIn({ 'auth.method': 'approle', 'auth.roleId': roleId, 'auth.secretId': secretId });
    });

    it('in a namespace, to a mount of several segments in it', async () => {
      await administer(bao, 'POST', 'sys/namespaces/team', {});
      const inside = 'team';
      await administer(bao, 'POST', 'sys/mounts/team/kv', { type: 'kv', options: { version: '1' } }, inside);
      await administer(bao, 'POST', 'sys/auth/approle', { type: 'approle' }, inside);
      await administer(
        bao,
        'POST',
        'sys/policies/acl/app',
        { policy: documentedPolicy('Reading, KV version 1', 'team/kv') },
        inside,
      );
      await administer(bao, 'POST', 'team/kv/teams/shop/app', { TOKEN: 'value' }, inside);
      const { roleId, secretId } = await createRole(bao, 'app', { token_policies: ['app'] }, inside);
      const settings = {
        mount: 'team/kv',
        'auth.method': 'approle',
        'auth.roleId': roleId,
        'auth.secretId': secretId,
      } as const;
      await expectIn({ ...settings, namespace: inside });
      await expectOut(settings);
    });

    it('by JWT of an identity provider', async () => {
      await administer(bao, 'POST', 'auth/jwt/config', {
        jwt_validation_pubkeys: [publicKey],
        bound_issuer: 'https://issuer.test',
      });
      await administer(bao, 'POST', 'auth/jwt/role/app', {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: ['kici'],
        token_policies: ['app'],
      });
      await expectIn({
        'auth.method': 'jwt',
        'auth.role': 'app',
        'auth.jwt': await signed({ sub: 'ci', aud: 'kici' }),
      });
      await expectOut({
        'auth.method': 'jwt',
        'auth.role': 'app',
        'auth.jwt': await signed({ sub: 'ci', aud: 'canary' }),
      });
      await expectOut({ 'auth.method': 'jwt', 'auth.role': 'app', 'auth.jwt': 'canary' });
    });

    it('by Kubernetes service account', async () => {
      const account = { namespace: 'ci', name: 'kici' };
      const jwt = await signed({
        sub: 'system:serviceaccount:ci:kici',
        'kubernetes.io': { namespace: 'ci', serviceaccount: { name: 'kici', uid: 'uid-of-the-account' } },
      });
      const cluster = await openTokenReviewer(jwt, account);
      onTestFinished(() => cluster.stop());
      await administer(bao, 'POST', 'auth/kubernetes/config', {
        kubernetes_host: cluster.address,
        token_reviewer_jwt: 'reviewer',
        kubernetes_ca_cert: createAuthority().cert,
        disable_local_ca_jwt: true,
      });
      await administer(bao, 'POST', 'auth/kubernetes/role/app', {
        bound_service_account_names: ['kici'],
        bound_service_account_namespaces: ['ci'],
        token_policies: ['app'],
      });
      await expectIn({ 'auth.method': 'kubernetes', 'auth.role': 'app', 'auth.jwt': jwt });
      await expectOut({
        'auth.method': 'kubernetes',
        'auth.role': 'app',
        'auth.jwt': await signed({
          sub: 'canary',
          'kubernetes.io': { namespace: 'ci', serviceaccount: { name: 'kici', uid: 'other' } },
        }),
      });
    });

    it('by TLS certificate', async () => {
      const authority = createAuthority();
      await administer(bao, 'POST', 'auth/cert/certs/app', {
        certificate: authority.cert,
        allowed_common_names: ['kici'],
        token_policies: ['app'],
      });
      const secure = { address: bao.secure.address, 'tls.caFile': bao.secure.caFile, 'auth.method': 'cert' } as const;
      const [mine, theirs] = [authority.issue('kici'), authority.issue('stranger')];
      await expectIn({ ...secure, 'auth.role': 'app', 'tls.cert': mine.cert, 'tls.key': mine.key });
      await expectOut({ ...secure, 'tls.cert': theirs.cert, 'tls.key': theirs.key });
    });

    async function accessors(): Promise<number> {
      const keys = member(
        member((await administer(bao, 'GET', 'auth/token/accessors?list=true')).body, 'data'),
        'keys',
      );
      return Array.isArray(keys) ? keys.length : 0;
    }
  }),
);
