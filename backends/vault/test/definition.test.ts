import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '@kici-dev/secret-backend';
import { vaultDefinition } from '../index.ts';
import { createHost, settingsOf } from './support/host.ts';
import { codeOf } from './support/ask.ts';

const complete = { address: 'https://vault.example.com:8200', 'auth.token': 'canary' };

describe('the definition', () => {
  it('loads neither the client library nor the HTTP client when it is imported, nor when an instance is created', () => {
    const script = `
      const { vaultDefinition } = await import('./index.ts');
      const { SecretValue } = await import('@kici-dev/secret-backend');
      const { createHost, settingsOf } = await import('./test/support/host.ts');
      await vaultDefinition.create(settingsOf(${JSON.stringify(complete)}), createHost());
      const { Module } = await import('node:module');
      const clients = () => ['node-vault', 'undici'].filter((name) => Object.keys(Module._cache).some((path) => path.includes('/' + name + '/')));
      const before = clients();
      await import('./kv/service.ts');
      console.log(JSON.stringify({ before, after: clients() }));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual({ before: [], after: ['node-vault', 'undici'] });
  });

  it('does no I/O when an instance is created', async () => {
    const host = createHost();
    const backend = await vaultDefinition.create(settingsOf(complete), host);
    await backend.close();
    expect(host.resolved).toEqual([]);
  });

  it('has a description and an example for each setting, and hides what is secret', () => {
    for (const [name, field] of Object.entries(vaultDefinition.settings)) {
      expect(field.description, name).not.toBe('');
      expect(field.example, name).not.toBe('');
      const looksSecret = /token$|secretId$|jwt$|password$|\.key$/.test(name);
      if (looksSecret) expect(field.secret, name).toBe(true);
      if (field.when !== undefined) expect(Object.keys(vaultDefinition.settings)).toContain(field.when.field);
    }
  });

  it('declares per KV version what it can do, and only what both can while the version is not known', async () => {
    const capabilities = async (more: object) =>
      (await vaultDefinition.create(settingsOf({ ...complete, ...more }), createHost())).capabilities;
    expect(await capabilities({ kvVersion: '2', listing: 'subkeys' })).toEqual(vaultDefinition.capabilities);
    for (const kvVersion of ['auto', '1']) {
      expect(await capabilities({ kvVersion })).toMatchObject({
        write: true,
        delete: true,
        compareAndSet: false,
        versionPins: false,
        versions: false,
        restore: false,
        listReadsValues: true,
      });
    }
  });
});

describe('settings that make no backend', () => {
  const problems = (given: Parameters<typeof settingsOf>[0]): readonly string[] =>
    vaultDefinition.validate?.(settingsOf(given)).map(({ field, problem }) => `${field} ${problem}`) ?? [];
  const cases: readonly (readonly [string, Parameters<typeof settingsOf>[0], string])[] = [
    ['no address', { 'auth.token': 'x' }, 'address is missing'],
    ['an address that is none', { ...complete, address: 'vault:8200x/' }, 'address is not an http or https address'],
    [
      'an address with credentials',
      { ...complete, address: 'https://user:pass@vault:8200' },
      'address has more than a host, a port and a path',
    ],
    ['no token', { address: complete.address }, 'auth.token is missing'],
    [
      'a token of several lines',
      { ...complete, 'auth.token': 'canary\nX-Other: header' },
      'auth.token has characters that cannot be sent',
    ],
    ['a token of white space', { ...complete, 'auth.token': ' \n' }, 'auth.token is only white space'],
    [
      'a certificate to sign in with, over http',
      { address: 'http://vault:8200', 'auth.method': 'cert', 'tls.cert': 'x', 'tls.key': 'y' },
      'tls.cert has no effect where the address is http',
    ],
    [
      'authorities to trust, over http',
      { ...complete, address: 'http://vault:8200', 'tls.caFile': '/x' },
      'tls.caFile has no effect where the address is http',
    ],
    ['a user of no proxy', { ...complete, 'proxy.username': 'kici' }, 'proxy.username is set without proxy.address'],
    [
      'a password of no user',
      { ...complete, 'proxy.address': 'http://proxy:3128', 'proxy.password': 'canary' },
      'proxy.password is set without proxy.username',
    ],
    [
      'a user that a proxy would cut',
      { ...complete, 'proxy.address': 'http://proxy:3128', 'proxy.username': 'a:b' },
      'proxy.username has a colon, which ends a user name',
    ],
    [
      'a namespace that no header takes',
      { ...complete, namespace: 'grün' },
      'namespace has characters that cannot be sent',
    ],
    ['no mount', { ...complete, mount: '/' }, 'mount is missing'],
    ['AppRole without a role id', { address: complete.address, 'auth.method': 'approle' }, 'auth.roleId is missing'],
    [
      'Kubernetes without a role',
      { address: complete.address, 'auth.method': 'kubernetes', 'auth.jwt': 'x' },
      'auth.role is missing',
    ],
    ['JWT without a token', { address: complete.address, 'auth.method': 'jwt' }, 'auth.jwt is missing'],
    [
      'JWT from two places',
      { address: complete.address, 'auth.method': 'jwt', 'auth.jwt': 'x', 'auth.jwtFile': '/x' },
      'auth.jwtFile is set together with auth.jwt',
    ],
    ['a certificate sign-in without one', { address: complete.address, 'auth.method': 'cert' }, 'tls.cert is missing'],
    ['a certificate without its key', { ...complete, 'tls.cert': 'x' }, 'tls.key is missing'],
    [
      'subkeys on version 1',
      { ...complete, kvVersion: '1', listing: 'subkeys' },
      'listing is subkeys, which KV version 1 does not have',
    ],
    ['an unknown version', { ...complete, kvVersion: '3' }, 'kvVersion is not one of auto, 1, 2'],
    [
      'an unknown method',
      { ...complete, 'auth.method': 'ldap' },
      'auth.method is not one of token, approle, kubernetes, jwt, cert',
    ],
  ];
  for (const [what, given, problem] of cases) {
    it(`${what}: ${problem}`, async () => {
      expect(problems(given)).toContain(problem);
      expect(await codeOf((async () => vaultDefinition.create(settingsOf(given), createHost()))())).toBe(
        'misconfigured',
      );
    });
  }

  it('are told without showing a secret, bytes that are not text among them', () => {
    const told = vaultDefinition.validate?.({
      ...settingsOf({ ...complete, address: 'nonsense' }),
      'auth.token': SecretValue.fromBytes(Uint8Array.of(0xff)),
    });
    expect(told?.map(({ field }) => field)).toContain('auth.token');
    expect(JSON.stringify(told)).not.toContain('canary');
  });

  it('complete ones have no problem, a line end after the token included', () => {
    expect(problems({ ...complete, 'auth.token': 'token\n' })).toEqual([]);
  });
});
