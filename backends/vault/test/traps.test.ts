import { BackendError } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { codeOf, failure, listAll, readText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref, type Opened } from './support/open.ts';
import { administer } from './support/server.ts';

/** Known mistakes of other programs with this service, one test each. */
describe('trap', () => {
  async function openWith(fields: object): Promise<Opened> {
    const opened = await openVault({ kvVersion: '2' });
    await opened.put('secret/data/app', { data: fields });
    await readText(opened.backend, ref('app', 'TOKEN'));
    return opened;
  }

  for (const [what, status, text] of [
    ['a rate limit', 429, '{"errors":["rate limit quota exceeded"]}'],
    ['an internal error', 500, '{"errors":["internal error"]}'],
    ['a sealed server', 503, '{"errors":["Vault is sealed"]}'],
    ['a refusal', 403, '{"errors":["permission denied"]}'],
    ['a stale replica', 412, '{"errors":[]}'],
  ] as const) {
    it(`absent confused with unknown: ${what} during a read, and during a list`, async () => {
      const { backend, gateway } = await openWith({ TOKEN: 'value' });
      gateway.answerOnce({ status, text });
      expect(await readText(backend, ref('app', 'TOKEN'))).not.toEqual(['absent']);
      gateway.answerOnce({ status, text });
      await expect(listAll(backend)).rejects.toMatchObject({ name: 'BackendError' });
    });
  }

  it("a deleted version's 404 with a body is taken for one that never existed", async () => {
    const { backend, server } = await openWith({ TOKEN: 'value' });
    await administer(server, 'DELETE', 'secret/data/app');
    expect(await readText(backend, ref('app', 'TOKEN'), ref('none', 'TOKEN'))).toEqual(['deleted', 'absent']);
  });

  it('`data: null` is served as the secret', async () => {
    const { backend, gateway } = await openWith({ TOKEN: 'value' });
    gateway.answerOnce({
      status: 200,
      text: '{"data":{"data":null,"metadata":{"version":3,"destroyed":true,"deletion_time":""}}}',
    });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['destroyed']);
  });

  it("a value is remembered by its name alone, and another version's is served", async () => {
    const { backend, put } = await openWith({ TOKEN: 'one' });
    await put('secret/data/app', { data: { TOKEN: 'two' } });
    const refs = [ref('app', 'TOKEN', '1'), ref('app', 'TOKEN'), ref('app', 'TOKEN', '2'), ref('app', 'TOKEN', '1')];
    expect(await readText(backend, ...refs)).toEqual(['one', 'two', 'two', 'one']);
    expect((await Promise.all(refs.map((one) => readText(backend, one)))).flat()).toEqual(['one', 'two', 'two', 'one']);
  });

  it('a health check without authentication finds wrong credentials healthy', async () => {
    const { another } = await openVault();
    expect(await codeOf((await another({ 'auth.token': 'wrong' })).check(context()))).toBe('unauthenticated');
  });

  it('a health check without the rights that jobs need finds a backend healthy that refuses them all', async () => {
    const { another, fake, put } = await openVault({ basePath: 'teams/shop' });
    const policies = {
      elsewhere: ['data/other/*', 'metadata/other/*'],
      'names only': ['metadata/teams/shop/*'],
      'values only': ['data/teams/shop/*'],
      both: ['data/teams/shop/*', 'metadata/teams/shop/*'],
    };
    const codes = [];
    for (const [name, paths] of Object.entries(policies)) {
      await put(`sys/policies/acl/${name}`, {
        policy: paths.map((path) => `path "secret/${path}" { capabilities = ["read", "list"] }`).join('\n'),
      });
      const backend = await another({ 'auth.token': fake.tokens.create({ policies: [name] }).id });
      codes.push(
        await backend.check(context()).then(
          () => 'healthy',
          (error: unknown) => BackendError.is(error) && error.code,
        ),
      );
    }
    expect(codes).toEqual(['permission_denied', 'permission_denied', 'permission_denied', 'healthy']);
  });

  it('a listed path is taken for a readable one: lists are not filtered by policy', async () => {
    const { another, fake, put } = await openVault();
    await put('sys/policies/acl/app', {
      policy:
        'path "secret/metadata/*" { capabilities = ["list"] }\npath "secret/data/apps/open" { capabilities = ["read"] }\npath "secret/subkeys/apps/open" { capabilities = ["read"] }',
    });
    for (const path of ['open', 'shut']) await put(`secret/data/apps/${path}`, { data: { TOKEN: path } });
    const backend = await another({ 'auth.token': fake.tokens.create({ policies: ['app'] }).id });
    expect(await listAll(backend)).toEqual({
      secrets: ['apps/open TOKEN'],
      unlisted: ['apps/shut permission_denied'],
      unnameable: [],
    });
    expect(await readText(backend, ref('apps/shut', 'TOKEN'))).toEqual(['permission_denied']);
  });

  it('an empty list is a 404 and is taken for a failure', async () => {
    const { backend } = await openVault({ basePath: 'nothing/here' });
    expect(await listAll(backend)).toEqual({ secrets: [], unlisted: [], unnameable: [] });
  });

  it('fields that are not strings are refused, rounded, or printed as [object Object]', async () => {
    const { backend } = await openWith({
      TOKEN: 'x',
      number: JSON.rawJSON('1.10'),
      big: JSON.rawJSON('-123456789012345678901'),
      bool: false,
      none: null,
      list: [1],
      map: { b: 1, a: { c: '"' } },
    });
    expect(
      await readText(backend, ...['number', 'big', 'bool', 'none', 'list', 'map'].map((key) => ref('app', key))),
    ).toEqual(['1.10', '-123456789012345678901', 'false', 'wrong_shape', '[1]', '{"b":1,"a":{"c":"\\""}}']);
  });

  it('a trailing newline is trimmed, or one is added', async () => {
    const { backend } = await openWith({ with: 'value\n', without: 'value', crlf: 'value\r\n', empty: '' });
    expect(await readText(backend, ...['with', 'without', 'crlf', 'empty'].map((key) => ref('app', key)))).toEqual([
      'value\n',
      'value',
      'value\r\n',
      '',
    ]);
  });

  it('a field with half a character is replaced by U+FFFD', async () => {
    const { backend, gateway } = await openWith({ TOKEN: 'value' });
    gateway.answerOnce({
      status: 200,
      text: '{"data":{"data":{"TOKEN":"a\\ud83d"},"metadata":{"version":1,"destroyed":false,"deletion_time":""}}}',
    });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['wrong_shape']);
  });

  it('a server without subkeys cannot be listed', async () => {
    const { another, fake, put } = await openVault({ kvVersion: '2' });
    fake.hasSubkeys = false;
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    expect((await listAll(await another({ listing: 'auto' }))).secrets).toEqual(['app TOKEN']);
    expect((await listAll(await another({ listing: 'values' }))).secrets).toEqual(['app TOKEN']);
    expect(await failure(listAll(await another({ listing: 'subkeys' })))).toMatchObject({
      code: 'misconfigured',
      detail: expect.stringContaining('set listing to auto or values'),
    });
  });

  it('a server without subkeys is asked what lies at the mount for each of its paths', async () => {
    const { another, fake, gateway, put } = await openVault({ kvVersion: 'auto' });
    fake.hasSubkeys = false;
    for (let index = 0; index < 5; index += 1) await put(`secret/data/app${index}`, { data: { TOKEN: 'value' } });
    expect((await listAll(await another())).secrets).toHaveLength(5);
    expect(gateway.requests.filter(({ path }) => path.startsWith('sys/internal/ui/mounts/'))).toHaveLength(1);
  });

  it('a policy that does not mention subkeys cannot be listed with, or values are read though the settings forbid it', async () => {
    const { another, fake, gateway, put } = await openVault({ kvVersion: '2' });
    await put('sys/policies/acl/app', {
      policy: 'path "secret/metadata/*" { capabilities = ["list"] }\npath "secret/data/*" { capabilities = ["read"] }',
    });
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    const token = { 'auth.token': fake.tokens.create({ policies: ['app'] }).id };
    expect((await listAll(await another({ ...token, listing: 'auto' }))).secrets).toEqual(['app TOKEN']);
    const before = gateway.requests.length;
    expect(await listAll(await another({ ...token, listing: 'subkeys' }))).toMatchObject({
      secrets: [],
      unlisted: ['app permission_denied'],
    });
    expect(gateway.requests.slice(before).filter(({ path }) => path.startsWith('secret/data/'))).toEqual([]);
  });
});
