import { describe, expect, it } from 'vitest';
import { codeOf, startServer, type TestServer } from './support/server.ts';

async function withProduction(): Promise<TestServer> {
  const server = await startServer();
  await server.call('environments.create', { name: 'production' });
  return server;
}

describe('variables', () => {
  it('are set, listed by name, overwritten and deleted', async () => {
    const { call } = await withProduction();
    await call('variables.set', { environment: 'production', name: 'B', value: '1' });
    await call('variables.set', { environment: 'production', name: 'A', value: 'zwölf\nZeilen' });
    await call('variables.set', { environment: 'production', name: 'B', value: '2' });
    expect((await call('variables.list', { environment: 'production' })).variables).toMatchObject([
      { name: 'A', value: 'zwölf\nZeilen' },
      { name: 'B', value: '2' },
    ]);
    expect(await call('variables.delete', { environment: 'production', name: 'B' })).toEqual({ existed: true });
    expect(await call('variables.delete', { environment: 'production', name: 'B' })).toEqual({ existed: false });
  });

  it('have at most 64 KiB, counted in bytes, and no NUL', async () => {
    const { call } = await withProduction();
    const set = async (value: string) => call('variables.set', { environment: 'production', name: 'BIG', value });
    await set('é'.repeat(32_768));
    expect(await codeOf(set('é'.repeat(32_769)))).toBe('too_large');
    await expect(set('é'.repeat(32_769))).rejects.toThrow('the value of BIG has 65538 bytes');
    expect(await codeOf(set('a\0b'))).toBe('invalid_request');
  });

  it('stay locked until they are unlocked by hand (law 8)', async () => {
    const { call } = await withProduction();
    const set = (more: object) =>
      call('variables.set', { environment: 'production', name: 'REGION', value: 'eu', ...more });
    expect((await set({ locked: true })).locked).toBe(true);
    expect((await set({})).locked).toBe(true);
    expect((await set({ locked: false })).locked).toBe(false);
  });

  it('are not overwritten unseen by somebody who has looked at another value', async () => {
    const { call } = await withProduction();
    const at = { environment: 'production', name: 'REGION' };
    const set = (value: string, expectedVersion: string | null) =>
      call('variables.set', { ...at, value, expectedVersion });
    const first = await set('eu', null);
    expect(await codeOf(set('us', null))).toBe('conflict');
    const second = await set('us', first.version);
    expect(await codeOf(set('ap', first.version))).toBe('conflict');
    expect(await codeOf(call('variables.delete', { ...at, expectedVersion: first.version }))).toBe('conflict');
    expect((await call('variables.list', { environment: 'production' })).variables).toMatchObject([{ value: 'us' }]);
    await call('variables.set', { ...at, value: 'us', locked: true });
    expect(await codeOf(set('ap', second.version))).toBe('conflict');
    await call('variables.delete', at);
    await expect(set('eu', second.version)).rejects.toThrow('the variable REGION was deleted meanwhile');
  });

  it('have names as long as they may be, and environments too', async () => {
    const { call } = await startServer();
    const [environment, name] = ['e'.repeat(63), 'V'.repeat(255)];
    await call('environments.create', { name: environment });
    await call('variables.set', { environment, name, value: 'v' });
    expect(await call('variables.delete', { environment, name })).toEqual({ existed: true });
    expect(await codeOf(call('variables.set', { environment, name: `${name}V`, value: 'v' }))).toBe('invalid_request');
  });

  it('have names that a shell can read, and values that a process can hold', async () => {
    const { call } = await withProduction();
    expect(await codeOf(call('variables.set', { environment: 'production', name: 'A-B', value: '1' }))).toBe(
      'invalid_request',
    );
    expect(await codeOf(call('variables.set', { environment: 'production', name: 'A', value: 'a\0b' }))).toBe(
      'invalid_request',
    );
    expect(await codeOf(call('variables.set', { environment: 'nowhere', name: 'A', value: '1' }))).toBe('not_found');
  });

  it.each(['NODE_OPTIONS', 'Npm_Config_script_shell', 'GIT_SSH_COMMAND', 'SSL_CERT_FILE', 'PATH', 'KICI_ENV'])(
    'are not called %s, which may still be deleted',
    async (name) => {
      const { call } = await withProduction();
      expect(await codeOf(call('variables.set', { environment: 'production', name, value: '1' }))).toBe(
        'invalid_request',
      );
      expect(await call('variables.delete', { environment: 'production', name })).toEqual({ existed: false });
    },
  );

  it('are not called as a secret of the environment is, and `check` tells where the secret came later', async () => {
    const { call } = await startServer();
    await call('environments.create', { name: 'production', bind: ['apps'] });
    await call('environments.create', { name: 'other' });
    const set = async (environment: string, name: string) => call('variables.set', { environment, name, value: '1' });
    await call('secrets.set', { scope: 'apps', key: 'TOKEN', value: Buffer.from('value').toString('base64') });
    expect(await codeOf(set('production', 'TOKEN'))).toBe('conflict');
    await set('other', 'TOKEN');
    await set('production', 'token');
    await set('production', 'LATER');
    await call('secrets.set', { scope: 'apps', key: 'LATER', value: Buffer.from('value').toString('base64') });
    expect((await call('resolution.check', { environment: 'production' })).problems).toEqual([
      {
        kind: 'variable_taken',
        severity: 'error',
        subject: 'LATER',
        message: 'the variable LATER of the environment has the name of a secret, which comes from internal:apps',
        hint: 'delete it with `kici-admin variable delete --environment production LATER`, or rename one of the two',
      },
    ]);
    expect(await codeOf(set('production', 'LATER'))).toBe('conflict');
  });
});
