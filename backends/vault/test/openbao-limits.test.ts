import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BackendError, type SecretBackend } from '@kici-dev/secret-backend';
import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { vaultDefinition } from '../index.ts';
import { member, memberText } from '../wire/json.ts';
import { codeOf, listAll, readText, writeText } from './support/ask.ts';
import { createRole } from './support/harness.ts';
import { context, createHost, settingsOf } from './support/host.ts';
import { openBaoLane, startOpenBao, type OpenBao } from './support/open-bao.ts';
import { ref } from './support/open.ts';
import { administer, ask } from './support/server.ts';

const keys = Array.from({ length: 500 }, (_, index) => `KEY_${index}`);

describeLane({ describe, test: it }, openBaoLane, () =>
  describe('OpenBao itself', () => {
    let bao: OpenBao;
    beforeAll(async () => {
      bao = await startOpenBao();
      await administer(bao, 'POST', 'sys/auth/approle', { type: 'approle' });
      await administer(bao, 'POST', 'sys/policies/acl/app', {
        policy: 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }',
      });
    });
    afterAll(() => bao.stop());

    let roles = 0;
    /** With its own role, since the server refuses concurrent changes of one role. */
    async function open(role: object = {}): Promise<SecretBackend> {
      const { roleId, secretId } = await createRole(bao, `role-${(roles += 1)}`, {
        token_policies: ['app'],
        token_ttl: 3600,
        ...role,
      });
      const backend = await vaultDefinition.create(
        settingsOf({
          address: bao.address,
          kvVersion: '2',
          'auth.method': 'approle',
          'auth.roleId': roleId,
          'auth.secretId': secretId,
        }),
        createHost(),
      );
      onTestFinished(() => backend.close());
      return backend;
    }

    /** The requests to paths, from the server's own audit device. */
    async function audited(after = 0): Promise<readonly string[]> {
      return (await bao.audited())
        .slice(after)
        .filter((entry) => memberText(entry, 'type') === 'request')
        .map((entry) => memberText(member(entry, 'request'), 'path') ?? '');
    }

    it('counts one sign-in for a hundred first reads, and one request for each path of an environment of 500 keys', async () => {
      const refs = keys.map((key, index) => ref(`env/part${index % 2}`, key));
      for (const part of [0, 1]) {
        const fields = refs
          .filter(({ scope }) => scope === `env/part${part}`)
          .map(({ key }) => [key, `value of ${key}`]);
        await administer(bao, 'POST', `secret/data/env/part${part}`, { data: Object.fromEntries(fields) });
      }
      const backend = await open();
      const before = (await bao.audited()).length;
      await Promise.all(refs.slice(0, 100).map((one) => readText(backend, one)));
      expect((await audited(before)).filter((path) => path === 'auth/approle/login')).toHaveLength(1);
      const between = (await bao.audited()).length;
      expect(await readText(backend, ...refs)).toEqual(keys.map((key) => `value of ${key}`));
      expect((await audited(between)).toSorted()).toEqual(['secret/data/env/part0', 'secret/data/env/part1']);
    });

    it('takes only so many fields in one path: too large', async () => {
      const backend = await open();
      await administer(bao, 'POST', 'secret/data/full', {
        data: Object.fromEntries(keys.slice(0, 490).map((key) => [key, 'value'])),
      });
      const codes = new Set<string>();
      for (let index = 0; index < 20 && codes.size === 0; index += 1)
        await writeText(backend, ref('full', `MORE_${index}`), 'x').catch((error: unknown) =>
          codes.add(BackendError.is(error) ? error.code : 'other'),
        );
      expect([...codes]).toEqual(['too_large']);
      expect(await readText(backend, ref('full', 'KEY_0'))).toEqual(['value']);
    });

    it('limits a path by a quota: throttled', async () => {
      await administer(bao, 'POST', 'sys/quotas/rate-limit/narrow', {
        path: 'secret/data/limited',
        rate: 1,
        interval: '60s',
      });
      onTestFinished(async () => {
        await administer(bao, 'DELETE', 'sys/quotas/rate-limit/narrow');
      });
      const backend = await open();
      await readText(backend, ref('limited', 'TOKEN'));
      const [outcome] = await backend.read([ref('limited', 'TOKEN')], context());
      expect(outcome).toMatchObject({ status: 'unknown', code: 'throttled' });
      expect(await codeOf(writeText(backend, ref('limited', 'TOKEN'), 'x'))).toBe('throttled');
      expect(await readText(backend, ref('not-limited', 'TOKEN'))).toEqual(['absent']);
    });

    it('loses nothing when many instances write fields of one path at once', async () => {
      const backends = await Promise.all(Array.from({ length: 4 }, () => open()));
      const names = Array.from({ length: 20 }, (_, index) => `FIELD_${index}`);
      await Promise.all(
        names.map((name, index) =>
          writeText(backends[index % 4] ?? backends[0] ?? failNoBackend(), ref('shared', name), name),
        ),
      );
      const [reader = failNoBackend()] = backends;
      expect(await readText(reader, ...names.map((name) => ref('shared', name)))).toEqual(names);
    });

    it('tells what was deleted from what never was, though its list names both alike', async () => {
      await administer(bao, 'POST', 'secret/data/tomb/gone', { data: { TOKEN: 'one' } });
      await administer(bao, 'DELETE', 'secret/data/tomb/gone');
      const backend = await open();
      expect(await readText(backend, ref('tomb/gone', 'TOKEN'), ref('tomb/never', 'TOKEN'))).toEqual([
        'deleted',
        'absent',
      ]);
      expect((await listAll(backend)).unlisted).toEqual(['tomb/gone deleted']);
    });

    it('sees a token revoked, and a second sign-in', async () => {
      await administer(bao, 'POST', 'secret/data/plain', { data: { TOKEN: 'value' } });
      const backend = await open();
      await readText(backend, ref('plain', 'TOKEN'));
      const tokens = member(
        member((await administer(bao, 'GET', 'auth/token/accessors?list=true')).body, 'data'),
        'keys',
      );
      for (const accessor of Array.isArray(tokens) ? tokens : []) {
        const about = await ask(bao, 'POST', 'auth/token/lookup-accessor', { accessor });
        if (memberText(member(about.body, 'data'), 'display_name') === 'approle')
          await administer(bao, 'POST', 'auth/token/revoke-accessor', { accessor });
      }
      expect(await readText(backend, ref('plain', 'TOKEN'))).toEqual(['value']);
    });

    it('refuses a path to a token that may not look itself up, which is no reason to sign in again', async () => {
      await administer(bao, 'POST', 'sys/policies/acl/narrow', {
        policy: 'path "secret/data/plain" { capabilities = ["read"] }',
      });
      const backend = await open({ token_policies: ['narrow'], token_no_default_policy: true });
      const before = (await bao.audited()).length;
      for (let round = 0; round < 3; round += 1)
        expect(await readText(backend, ref('denied', 'TOKEN'))).toEqual(['permission_denied']);
      expect((await audited(before)).filter((path) => path === 'auth/approle/login')).toHaveLength(1);
    });

    // Last, because an in-memory server does not come back.
    it('is sealed: nothing is absent, nothing is healthy', async () => {
      const backend = await open();
      await readText(backend, ref('plain', 'TOKEN'));
      await administer(bao, 'POST', 'sys/seal', {});
      expect(await readText(backend, ref('plain', 'TOKEN'), ref('never', 'TOKEN'))).toEqual(['sealed', 'sealed']);
      expect(await codeOf(backend.check(context()))).toBe('sealed');
      expect(await codeOf(listAll(backend))).toBe('sealed');
      expect(await codeOf(writeText(backend, ref('plain', 'TOKEN'), 'x'))).toBe('sealed');
    });
  }),
);

function failNoBackend(): never {
  throw new Error('there is no backend');
}
