import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSessionKeyPair } from '../../src/api/job-seal.ts';
import { needlesOf } from '../../src/masker/needles.ts';
import { engine } from '../support/engine.ts';
import { newService } from './support/places.ts';
import { base64, codeOf, startServer, type TestServer } from './support/server.ts';

const canary = 'canary-Xq7-Nothing-May-Show-This-0193';

/** Every form in which the value could slip through: all forms that logs mask, and bytes as JSON writes them. */
const needles: readonly (string | Buffer)[] = [
  ...needlesOf(Buffer.from(canary)),
  JSON.stringify([...Buffer.from(canary)]).slice(1, -1),
];

function expectClean(where: string, content: string | Buffer): void {
  const bytes = Buffer.from(content);
  for (const needle of needles)
    expect(`${where} ${bytes.includes(needle) ? `holds ${needle.toString()}` : 'is clean'}`).toBe(`${where} is clean`);
}

/** Looks again where one has gone meanwhile: the anchor is written beside, and then renamed. */
async function filesOf(server: TestServer): Promise<readonly (readonly [string, Buffer])[]> {
  const names = await readdir(server.dataDir, { recursive: true });
  const read = names.map(async (name) => [name, await readFile(join(server.dataDir, name))] as const);
  const found = await Promise.all(read).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found ?? filesOf(server);
}

describe('a value that was set', () => {
  it('shows in no answer, log line, database byte or anchor, in any encoding (law 10)', async () => {
    const server = await startServer();
    const { call } = server;
    const { address } = newService();
    const answers: unknown[] = [];
    const keep = async (answer: Promise<unknown>): Promise<void> => {
      answers.push(await answer);
    };
    await keep(call('secrets.set', { scope: 'production', key: 'CANARY', value: base64(canary) }));
    await keep(call('secrets.set', { scope: 'production', key: 'CANARY', value: base64(`${canary}-2`) }));
    await keep(call('secrets.restore', { scope: 'production', key: 'CANARY', version: '1' }));
    await keep(call('scopes.rename', { from: 'production', to: 'renamed' }));
    await keep(
      call('backends.add', {
        name: 'corp',
        type: 'memory',
        settings: { address },
        secretSettings: { password: base64(canary) },
      }),
    );
    await keep(call('backends.test', { name: 'corp' }));
    await keep(call('backends.update', { name: 'corp', optional: true }));
    await keep(call('environments.create', { name: 'production', bind: ['renamed', 'corp:x'] }));
    const opened = await call('jobs.open', {
      environment: 'production',
      workflow: 'w',
      job: 'j',
      agentPublicKey: Buffer.from(createSessionKeyPair().publicKey).toString('base64'),
    });
    answers.push(opened);
    await keep(server.as(opened.jobToken)('jobs.read', { jobId: opened.jobId, keys: ['CANARY'] }));
    for (const id of [
      'backends.list',
      'environments.list',
      'tokens.list',
      'audit.verify',
      'backends.types',
      'scopes.list',
    ] as const)
      await keep(call(id));
    await keep(call('audit.list', { limit: 1000 }));
    await keep(call('secrets.list', { scope: 'renamed' }));
    await keep(call('secrets.versions', { scope: 'renamed', key: 'CANARY' }));
    await keep(call('resolution.explain', { environment: 'production', key: 'CANARY' }));
    await keep(call('resolution.check', { environment: 'production' }));
    expectClean('the answers', JSON.stringify(answers));
    expectClean('the log', server.log());
    const files = await filesOf(server);
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining([...(engine === 'sqlite' ? ['kici.db', 'kici.db-wal'] : []), 'audit-anchor.json']),
    );
    for (const [name, bytes] of files) expectClean(name, bytes);
    await call('secrets.delete', { scope: 'renamed', key: 'CANARY' });
    for (const [name, bytes] of await filesOf(server)) expectClean(name, bytes);
  });

  it('shows in no error', async () => {
    const { call, log } = await startServer();
    await call('secrets.set', { scope: 's', key: 'K', value: base64(canary) });
    const failures = [
      call('secrets.set', { scope: 's', key: 'K', value: base64(canary), expectedVersion: '9' }),
      call('secrets.set', { scope: 'nowhere:s', key: 'K', value: base64(canary) }),
      call('secrets.set', { scope: '__s', key: 'K', value: base64(canary) }),
      call('secrets.set', { scope: 's', key: 'K', value: canary }),
      call('secrets.set', { scope: 's', key: '', value: base64(canary) }),
    ].map(async (failure) =>
      failure.then(
        () => 'done',
        (error: unknown) => JSON.stringify(error, Object.getOwnPropertyNames(error)),
      ),
    );
    for (const failure of await Promise.all(failures)) {
      expect(failure).not.toBe('done');
      expectClean('the error', failure);
    }
    expectClean('the log', log());
  });
});

describe('a token', () => {
  it('shows in no log line, file or audit row', async () => {
    const server = await startServer();
    const { token } = await server.call('tokens.create', { name: 'author', role: 'author' });
    await server.as(token)('environments.list');
    await codeOf(server.as(token)('environments.create', { name: 'x' }));
    await codeOf(server.as(`${token}x`)('environments.list'));
    const kept = [
      server.log(),
      JSON.stringify(await server.call('audit.list', { limit: 1000 })),
      ...(await filesOf(server)).map(([, bytes]) => bytes),
    ];
    for (const secret of [token, server.owner])
      for (const text of kept) expect(Buffer.from(text).includes(secret)).toBe(false);
  });
});
