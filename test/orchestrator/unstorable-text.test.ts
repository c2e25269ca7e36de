import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationId } from '../../src/api/registry.ts';
import { codeOf, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  await server.call('environments.create', { name: 'production', bind: ['production'] });
});
afterAll(() => shared.stop());

const nul = 'a\0b';
it.each([
  ['sessions.end', { id: nul }],
  ['tokens.revoke', { id: nul }],
  ['tokens.create', { name: nul, role: 'author' }],
  ['bindings.add', { environment: 'production', scope: 's', host: nul }],
  ['bindings.add', { environment: 'production', scope: 's', prefix: nul }],
  ['bindings.remove', { environment: 'production', id: nul }],
  ['variables.set', { environment: 'production', name: 'V', value: nul }],
  ['jobs.open', { environment: 'production', workflow: nul, job: 'j', agentPublicKey: 'A'.repeat(43) + '=' }],
] as readonly (readonly [OperationId, Record<string, unknown>])[])(
  'a NUL character in a text is the fault of whoever sent it: %s %j',
  async (id, input) => {
    expect(['invalid_request', 'not_found', 'permission_denied']).toContain(await codeOf(server.call(id, input)));
    expect(server.log()).not.toContain('request failed');
  },
);

it('a text of any other characters comes back as it was, and lists are in the order of bytes', async () => {
  const texts = [
    'ä',
    '%_\\',
    "'; drop table tokens; --",
    '\u{10000}',
    '\uffff',
    '\u0001\u007f',
    'I',
    'ı',
    'É',
    'E\u0301',
  ];
  for (const [index, value] of texts.entries())
    await server.call('variables.set', { environment: 'production', name: `V${index}`, value });
  const { variables } = await server.call('variables.list', { environment: 'production' });
  expect(variables.map(({ value }) => value)).toEqual(texts);
});
