import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealValue } from '../../src/api/value-seal.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import { engine } from '../support/engine.ts';
import { signIn, type Answer, type SignedIn } from './support/browser.ts';
import { base64, codeOf, errorOf, startServer, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let person: SignedIn;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  person = await signIn(server.url, { token: server.owner });
});
afterAll(() => shared.stop());
beforeEach(async () => {
  await server.call('policy.reset');
});

const canary = 'canary-of-value-entry';
const at = { scope: 'production', key: 'DB_PASSWORD' };
const refused = { status: 403, json: { error: 'operation_disabled' } };
const outcome = ({ status, json }: Answer) => (status === 200 ? 'done' : json?.['error']);

async function sealed(organization = 'default', place = at, text = canary): Promise<string> {
  const { publicKey } = await server.as(server.owner, organization)('secrets.sealingKey');
  return sealValue(publicKey, { organization, purpose: 'secret', ...place }, Buffer.from(text));
}

describe('value entry', () => {
  it('that is open takes a value as it is and a sealed one, which has the same bytes', async () => {
    expect(outcome(await person.call('secrets.set', { ...at, value: base64(canary) }))).toBe('done');
    const answer = await person.call('secrets.set', { ...at, sealed: await sealed() });
    expect(answer.json).toMatchObject({ bytes: canary.length });
  });

  it('that is sealed refuses a plain value of a session, and takes a sealed one', async () => {
    await server.call('policy.set', { valueEntry: 'sealed' });
    expect((await person.ask('/dashboard/session')).json).toMatchObject({
      valueEntry: 'sealed',
      policy: { 'secrets.set': 'on' },
      sealingKey: await server.call('secrets.sealingKey'),
    });
    const answer = await person.call('secrets.set', { ...at, value: base64(canary) });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({
      error: 'operation_disabled',
      operation: 'secrets.set',
      cliEquivalent: 'kici-admin secret set --scope production DB_PASSWORD --org default',
    });
    expect(outcome(await person.call('secrets.set', { ...at, sealed: await sealed() }))).toBe('done');
    // A token is never restricted.
    await server.call('secrets.set', { ...at, value: base64(canary) });
  });

  it('that is sealed refuses plain settings of backends from a session too', async () => {
    const backend = { name: 'sealed-one', type: 'memory', settings: {} };
    await server.call('policy.set', { valueEntry: 'sealed' });
    const plain = await person.call('backends.add', { ...backend, secretSettings: { token: base64(canary) } });
    expect(outcome(plain)).toBe('operation_disabled');
    const { publicKey } = await server.call('secrets.sealingKey');
    const place = { organization: 'default', purpose: 'backend setting', scope: 'sealed-one', key: 'token' } as const;
    const sealedSettings = { token: await sealValue(publicKey, place, Buffer.from(canary)) };
    const answer = await person.call('backends.add', { ...backend, sealedSettings });
    // It was opened: now the setting is what is wrong.
    expect(answer.json?.['message'] ?? 'done').not.toContain('sealed');
  });

  it('that is off takes none, and goes back to how it was', async () => {
    await server.call('policy.set', { valueEntry: 'sealed' });
    const { valueEntryChange } = await server.call('policy.set', { valueEntry: 'off' });
    expect(valueEntryChange).toEqual({ from: 'sealed', to: 'off' });
    expect(outcome(await person.call('secrets.set', { ...at, sealed: await sealed() }))).toBe('operation_disabled');
    expect((await server.call('policy.set', { valueEntry: 'open' })).valueEntry).toBe('open');
    expect(outcome(await person.call('secrets.set', { ...at, value: base64(canary) }))).toBe('done');
  });

  it.each<{ valueEntry: 'off' } | { disable: string[] }>([{ valueEntry: 'off' }, { disable: ['category:secrets'] }])(
    'that is off (%o) refuses every secret setting of a backend from a session, and nothing else',
    async (rule) => {
      const type = { type: 'memory', settings: { address: 'http://127.0.0.1:9' } };
      const plain = { secretSettings: { password: base64('right') } };
      const sealedFor = async (scope: string) => {
        const { publicKey } = await server.call('secrets.sealingKey');
        const place = { organization: 'default', purpose: 'backend setting', scope, key: 'password' } as const;
        return { sealedSettings: { password: await sealValue(publicKey, place, Buffer.from('right')) } };
      };
      await server.call('backends.add', { name: 'there-before', ...type, ...plain });
      await server.call('policy.set', rule);
      for (const secrets of [plain, await sealedFor('kept-away')])
        expect(await person.call('backends.add', { name: 'kept-away', ...type, ...secrets })).toMatchObject(refused);
      for (const secrets of [plain, await sealedFor('there-before')])
        expect(await person.call('backends.update', { name: 'there-before', ...secrets })).toMatchObject(refused);
      expect(await codeOf(server.call('backends.show', { name: 'kept-away' }))).toBe('not_found');
      expect(outcome(await person.call('backends.update', { name: 'there-before', optional: true }))).toBe('done');
      await server.call('backends.remove', { name: 'there-before' });
    },
  );

  it('takes one of the two, sealed for this very place', async () => {
    expect(await codeOf(server.call('secrets.set', at))).toBe('invalid_request');
    expect(await codeOf(server.call('secrets.set', { ...at, value: 'dg==', sealed: await sealed() }))).toBe(
      'invalid_request',
    );
    await server.call('organizations.create', { name: 'payments' });
    const wrong = [
      await sealed('default', { ...at, key: 'OTHER' }),
      await sealed('default', { ...at, scope: 'other' }),
      base64('no sealed value at all, and long enough to be one, which it is not, whatever it holds'),
      'AAAA',
    ];
    for (const one of wrong) {
      const error = await errorOf(server.call('secrets.set', { ...at, sealed: one }));
      expect([error.code, error.message]).toEqual(['invalid_request', expect.stringContaining('DB_PASSWORD')]);
    }
    const elsewhere = await errorOf(server.call('secrets.set', { ...at, sealed: await sealed('payments') }));
    expect(elsewhere.message).toContain('not sealed to the orchestrator');
    const large = await sealed('default', at, 'x'.repeat(65_537));
    expect(await codeOf(server.call('secrets.set', { ...at, sealed: large }))).toBe('too_large');
    await server.call('secrets.set', { ...at, sealed: await sealed('default', at, 'x'.repeat(65_536)) });
  });
});

describe('the key that values are sealed to', () => {
  it('is of one organization, outlives a restart, and is shown with its fingerprint', async () => {
    const first = await startServer();
    await first.call('organizations.create', { name: 'payments' });
    const key = await first.call('secrets.sealingKey');
    expect(key.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(await first.as(first.owner, 'payments')('secrets.sealingKey')).not.toEqual(key);
    expect((await first.call('policy.show')).sealingKey).toEqual(key);
    await first.application.stop();
    const second = await startServer({ settings: { dataDir: first.dataDir } });
    expect(await second.call('secrets.sealingKey')).toEqual(key);
    const shown = await adminInProcess(['policy', 'show'], {
      environment: { KICI_URL: second.url, KICI_TOKEN: second.owner },
    });
    expect(shown.stdout).toContain(key.fingerprint);
  });
});

describe('kici-admin', () => {
  it('seals what it writes, so that nothing between it and the orchestrator sees a value', async () => {
    let seen = '';
    const proxy = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const body = Buffer.concat(chunks);
          seen += `${request.method} ${request.url} ${body.toString()}\n`;
          void fetch(`${server.url}${request.url}`, {
            method: request.method ?? 'GET',
            headers: {
              authorization: request.headers.authorization ?? '',
              ...(body.length !== 0 && { 'content-type': 'application/json' }),
            },
            ...(body.length !== 0 && { body }),
          }).then(async (answer) => {
            const text = await answer.text();
            seen += `${text}\n`;
            return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
          });
        });
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const environment = { KICI_URL: `http://127.0.0.1:${port}`, KICI_TOKEN: server.owner };
    const args = ['secret', 'set', '--scope', 'production', 'DB_PASSWORD', '--from-stdin'];
    const run = await adminInProcess(args, { stdin: `${canary}\n`, environment });
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${canary.length} bytes`) });
    expect(seen).toContain('"sealed":');
    expect(seen).not.toContain(canary);
    expect(seen).not.toContain(base64(canary).slice(0, 20));
    expect(server.log()).not.toContain(canary);
    if (engine === 'sqlite') expect((await readFile(server.databaseFile)).includes(canary)).toBe(false);
    await new Promise((resolve) => {
      proxy.close(resolve);
    });
  });
});
