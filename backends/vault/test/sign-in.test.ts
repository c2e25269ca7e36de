import { describe, expect, it } from 'vitest';
import { vaultDefinition } from '../index.ts';
import { codeOf, failure, readText } from './support/ask.ts';
import { context, settingsOf } from './support/host.ts';
import { createRole } from './support/harness.ts';
import { openVault, ref, type Opened } from './support/open.ts';

const policy = 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }';

interface SignedIn extends Opened {
  readonly count: (path: string) => number;
}

/** A backend that signs in by AppRole. */
async function openWithRole(role: object = {}): Promise<SignedIn> {
  const opened = await openVault();
  await opened.put('sys/policies/acl/app', { policy });
  const { roleId, secretId } = await createRole(opened.server, 'app', { token_policies: ['app'], ...role });
  const backend = await opened.another({ 'auth.method': 'approle', 'auth.roleId': roleId, 'auth.secretId': secretId });
  await opened.put('secret/data/app', { data: { TOKEN: 'value' } });
  return {
    ...opened,
    backend,
    count: (path) => opened.gateway.requests.filter((request) => request.path === path).length,
  };
}

describe('signing in', () => {
  it('happens once for a hundred concurrent first reads', async () => {
    const { backend, count } = await openWithRole();
    const reads = await Promise.all(Array.from({ length: 100 }, () => readText(backend, ref('app', 'TOKEN'))));
    expect(new Set(reads.flat())).toEqual(new Set(['value']));
    expect(count('auth/approle/login')).toBe(1);
  });

  it('happens once more when the token was revoked, for all that were refused', async () => {
    const { backend, count, fake } = await openWithRole();
    await readText(backend, ref('app', 'TOKEN'));
    fake.advance(3_700_000);
    expect(
      new Set((await Promise.all(Array.from({ length: 50 }, () => readText(backend, ref('app', 'TOKEN'))))).flat()),
    ).toEqual(new Set(['value']));
    expect(count('auth/approle/login')).toBe(2);
  });

  it('does not happen for each path that a good token may not read', async () => {
    const { backend, count, put } = await openWithRole();
    await put('sys/policies/acl/app', { policy: `${policy}\npath "secret/data/denied" { capabilities = ["deny"] }` });
    for (let round = 0; round < 3; round += 1)
      expect(await readText(backend, ref('app', 'TOKEN'), ref('denied', 'TOKEN'))).toEqual([
        'value',
        'permission_denied',
      ]);
    expect(count('auth/approle/login')).toBe(1);
  });

  it('does not happen for each refusal where the policy keeps a good token from looking itself up', async () => {
    const { backend, count, put, fake } = await openWithRole({ token_no_default_policy: true });
    await put('sys/policies/acl/app', { policy: `${policy}\npath "secret/data/denied" { capabilities = ["deny"] }` });
    for (let round = 0; round < 3; round += 1)
      expect(await readText(backend, ref('app', 'TOKEN'), ref('denied', 'TOKEN'))).toEqual([
        'value',
        'permission_denied',
      ]);
    expect(count('auth/approle/login')).toBe(1);
    fake.advance(3_700_000);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(count('auth/approle/login')).toBe(2);
  });

  it('at a method that is not there says so', async () => {
    const { backend, gateway } = await openWithRole();
    gateway.answerOnce({
      status: 404,
      text: '{"errors":["no handler for route \\"auth/approle/login\\". route entry not found."]}',
    });
    expect(await failure(backend.check(context()))).toMatchObject({
      code: 'misconfigured',
      detail: expect.stringContaining('auth/approle'),
    });
  });

  it('is not called refused by what a proxy, or a TLS server that is spoken to without, says', async () => {
    const { backend, gateway } = await openWithRole();
    for (const [status, code] of [
      [400, 'unreachable'],
      [403, 'bad_answer'],
    ] as const) {
      gateway.answerOnce({ status, text: 'Client sent an HTTP request to an HTTPS server.\n' });
      expect(await codeOf(backend.check(context()))).toBe(code);
    }
  });

  it('does not happen again, and nothing is asked about the token, when a proxy lets nobody through', async () => {
    const { backend, count, gateway } = await openWithRole();
    const page = { status: 403, text: '<html>forbidden</html>' };
    await readText(backend, ref('app', 'TOKEN'));
    const before = gateway.requests.length;
    gateway.answerOnce(page);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['bad_answer']);
    expect(gateway.requests.slice(before).map(({ path }) => path)).toEqual(['secret/data/app']);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(count('auth/approle/login')).toBe(1);
  });

  it('is refused: unauthenticated, with the method named and no credential', async () => {
    const { another } = await openVault();
    const wrong = await another({
      'auth.method': 'approle',
      'auth.roleId': 'canary-role',
      'auth.secretId': 'canary-secret',
    });
    const error = await failure(wrong.check(context()));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toContain('auth/approle');
    expect(error.message).not.toContain('canary');
    expect(await readText(wrong, ref('app', 'TOKEN'))).toEqual(['unauthenticated']);
  });

  it('with a given token that is wrong is unauthenticated, not a matter of rights', async () => {
    const { another } = await openVault();
    const wrong = await another({ 'auth.token': 'canary-token' });
    expect(await readText(wrong, ref('app', 'TOKEN'))).toEqual(['unauthenticated']);
    expect(await codeOf(wrong.check(context()))).toBe('unauthenticated');
  });

  it('with a given token that may not look itself up leaves a refusal a matter of rights', async () => {
    const { another, fake, put } = await openVault({ kvVersion: '2' });
    await put('sys/policies/acl/app', { policy: 'path "secret/data/app" { capabilities = ["read"] }' });
    const backend = await another({
      'auth.token': fake.tokens.create({ policies: ['app'], hasDefaultPolicy: false }).id,
    });
    expect(await readText(backend, ref('app', 'TOKEN'), ref('denied', 'TOKEN'))).toEqual([
      'absent',
      'permission_denied',
    ]);
  });

  it('with a given token that may not look itself up works, without renewal', async () => {
    const { backend, gateway, put } = await openVault();
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    gateway.answerOnce({ status: 403, text: '{"errors":["permission denied"]}' });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
  });

  it('that one caller gives up goes on for the others', async () => {
    const { backend, count, gateway } = await openWithRole();
    gateway.fault('delay', 1);
    const impatient = new AbortController();
    const given = backend.read([ref('app', 'TOKEN')], { signal: impatient.signal, deadline: Date.now() + 5000 });
    const patient = readText(backend, ref('app', 'TOKEN'));
    impatient.abort();
    expect(await given).toMatchObject([{ status: 'unknown', code: 'aborted' }]);
    expect(await patient).toEqual(['value']);
    expect(count('auth/approle/login')).toBe(1);
  });

  it('that asks for a second factor says so', async () => {
    const { backend, gateway } = await openWithRole();
    gateway.answerOnce({
      status: 200,
      text: '{"auth":{"client_token":"","lease_duration":0,"mfa_requirement":{"mfa_request_id":"x"}}}',
    });
    expect((await failure(backend.check(context()))).message).toContain('second factor');
  });
});

describe('the token', () => {
  it('is renewed before it ends, and used on', async () => {
    const { backend, count, gateway } = await openWithRole({ token_ttl: 1 });
    const renewed = gateway.seen('auth/token/renew-self');
    await readText(backend, ref('app', 'TOKEN'));
    await renewed;
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(count('auth/approle/login')).toBe(1);
  });

  it('that cannot be renewed any further runs out, and the next read signs in', async () => {
    const { backend, count, gateway, fake } = await openWithRole({ token_ttl: 2, token_type: 'batch' });
    await readText(backend, ref('app', 'TOKEN'));
    fake.advance(2_000);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(count('auth/approle/login')).toBe(2);
    expect(gateway.requests.some(({ path }) => path.includes('renew-self'))).toBe(false);
  });

  it('that we made is revoked on closing, and nothing is left of it', async () => {
    const { backend, fake } = await openWithRole();
    const before = fake.tokens.live().length;
    await readText(backend, ref('app', 'TOKEN'));
    expect(fake.tokens.live()).toHaveLength(before + 1);
    await backend.close();
    expect(fake.tokens.live()).toHaveLength(before);
  });

  it("is renewed after all where a proxy's page came first", async () => {
    const { another, fake, gateway, host, put } = await openVault({ kvVersion: '2' });
    await put('sys/policies/acl/app', { policy });
    const { id } = fake.tokens.create({ policies: ['app'], ttlSeconds: 4 });
    const backend = await another({ 'auth.token': id });
    await readText(backend, ref('app', 'TOKEN'));
    gateway.answerOnce({ status: 403, text: '<html>forbidden</html>' });
    const renewals = (): number => gateway.requests.filter(({ path }) => path === 'auth/token/renew-self').length;
    await expect.poll(renewals).toBe(2);
    expect(host.logged).toHaveLength(1);
  });

  it('that was given is renewed and never revoked', async () => {
    const { another, fake, gateway, put } = await openVault();
    await put('sys/policies/acl/app', { policy });
    const { id } = fake.tokens.create({ policies: ['app'], ttlSeconds: 1 });
    const backend = await another({ 'auth.token': id });
    const renewed = gateway.seen('auth/token/renew-self');
    await readText(backend, ref('app', 'TOKEN'));
    await renewed;
    await backend.close();
    expect(gateway.requests.map(({ path }) => path)).not.toContain('auth/token/revoke-self');
  });

  it('that a call got while another asked about the one before is kept, and none is left behind', async () => {
    const { gateway, host, put, server, fake } = await openWithRole();
    const { roleId, secretId } = await createRole(server, 'app', { token_policies: ['app'], token_ttl: 3600 });
    let later = 0;
    const settings = {
      address: gateway.address,
      kvVersion: '2',
      'auth.method': 'approle',
      'auth.roleId': roleId,
      'auth.secretId': secretId,
    } as const;
    const backend = await vaultDefinition.create(settingsOf(settings), { ...host, now: () => Date.now() + later });
    const before = fake.tokens.live().length;
    await readText(backend, ref('app', 'TOKEN'));
    await put('auth/token/revoke-accessor', { accessor: fake.tokens.live().at(-1)?.accessor });
    // The refused read and the look-up of its token are slow; meanwhile the token expires by the clock.
    gateway.fault('delay', 2);
    const refused = readText(backend, ref('app', 'TOKEN'));
    await expect.poll(() => gateway.requests.some(({ path }) => path === 'auth/token/lookup-self')).toBe(true);
    later = 3_600_000;
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(await refused).toEqual(['value']);
    await backend.close();
    expect(fake.tokens.live()).toHaveLength(before);
  });

  it('that cannot be revoked is told', async () => {
    const { backend, host } = await openWithRole({ token_no_default_policy: true });
    await readText(backend, ref('app', 'TOKEN'));
    await backend.close();
    expect(host.logged).toEqual([
      JSON.stringify({ level: 'warn', message: 'the token could not be revoked; it ends by itself', status: 403 }),
    ]);
  });

  it('is revoked before any call of close resolves', async () => {
    const { backend, fake } = await openWithRole();
    const before = fake.tokens.live().length;
    await readText(backend, ref('app', 'TOKEN'));
    void backend.close();
    await backend.close();
    expect(fake.tokens.live()).toHaveLength(before);
  });

  it('whose renewal closing interrupts is not called one that could not be renewed', async () => {
    const { backend, gateway, host } = await openWithRole({ token_ttl: 1 });
    await readText(backend, ref('app', 'TOKEN'));
    gateway.fault('hang', 1);
    await expect.poll(() => gateway.requests.some(({ path }) => path === 'auth/token/renew-self')).toBe(true);
    await backend.close();
    expect(host.logged).toEqual([]);
  });
});
