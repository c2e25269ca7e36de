import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { base64, startServer, testKey, type TestServer } from '../../orchestrator/support/server.ts';

export const key = { kind: 'text', text: testKey, name: 'the test key' } as const;
export const names = ['ä', 'B', 'a', '\u{10000}', '\uffff'];

/** One with something in every corner; it is stopped. */
export async function installation(): Promise<TestServer> {
  const server = await startServer();
  await server.call('organizations.create', { name: 'acme' });
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  for (const value of ['old', 'new'])
    await server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64(value) });
  await server.as(server.owner, 'acme')('secrets.set', { scope: 's', key: 'K', value: base64('of acme') });
  for (const value of names)
    await server.call('variables.set', { environment: 'production', name: `V${names.indexOf(value)}`, value });
  await server.call('backends.add', {
    name: 'corp',
    type: 'memory',
    settings: { address: 'https://corp.test' },
    secretSettings: { password: base64('right') },
  });
  await server.application.stop();
  return server;
}

export const digestOf = async ({ databaseFile }: Pick<TestServer, 'databaseFile'>): Promise<string> =>
  createHash('sha256')
    .update(await readFile(databaseFile))
    .digest('hex');
