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
});
