import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretValue, type ReadOutcome } from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { internalDefinition } from '../../backends/internal/index.ts';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import { engine } from '../support/engine.ts';
import { context, createTestStore, keepDeletedMs, pagesOf, scope, type TestStore } from './support.ts';

const shop = scope('apps/shop');
const canary = 'canary-at-rest-5f0a77d1';

async function store(): Promise<TestStore> {
  const created = await createTestStore();
  onTestFinished(created.dispose);
  return created;
}

async function readOne(
  { backend }: Pick<TestStore, 'backend'>,
  key: string,
  version?: string,
): Promise<ReadOutcome | undefined> {
  return (await backend.read([{ scope: shop, key, ...(version !== undefined && { version }) }], context()))[0];
}

const write = ({ backend }: Pick<TestStore, 'backend'>, key: string, text: string) =>
  backend.write?.({ scope: shop, key, value: SecretValue.fromText(text) }, context());

describe('at rest', () => {
  it('a store trusts no row because another with another key has found it good', async () => {
    const tested = await store();
    await write(tested, 'TOKEN', 'value');
    const sealer = {
      ...tested.keyring,
      rowSigner: async () => (parts: readonly string[]) =>
        createHmac('sha256', 'another').update(JSON.stringify(parts)).digest('hex'),
    };
    const other = await internalDefinition(tested.database, sealer, keepDeletedMs, inTransaction).create(
      {},
      testHost({ name: 'internal', organization: 'default' }),
    );
    for (let time = 0; time < 2; time += 1) {
      expect(await readOne(tested, 'TOKEN')).toMatchObject({ status: 'found' });
      expect(await readOne({ backend: other }, 'TOKEN')).toMatchObject({ status: 'unknown', code: 'corrupt' });
      expect(await pagesOf(other)).toMatchObject([{ secrets: [{ key: 'TOKEN', problem: 'corrupt' }] }]);
    }
  });

  if (engine === 'sqlite')
    it('no byte of a value is in any file, in no encoding, after writes, restores, renames and deletions', async () => {
      const tested = await store();
      for (const text of [canary, `${canary} again`]) await write(tested, 'TOKEN', text);
      await tested.backend.restore?.({ scope: shop, key: 'TOKEN', version: '1' }, context());
      await tested.backend.scopes?.rename(shop, scope('apps/store'), context());
      await tested.backend.delete?.({ scope: scope('apps/store'), key: 'TOKEN' }, context());
      await write(tested, 'TOKEN', canary);
      const { folder } = tested;
      const files = await readdir(folder);
      expect(files.toSorted()).toEqual(['kici.db', 'kici.db-shm', 'kici.db-wal']);
      const bytes = Buffer.from(canary);
      const base64 = [0, 1, 2].map((skip) =>
        Buffer.concat([Buffer.alloc(skip), bytes])
          .toString('base64')
          .slice(skip === 0 ? 0 : 4, -4),
      );
      const needles = [
        bytes,
        Buffer.from(canary, 'utf16le'),
        ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64, encodeURIComponent(canary)].map(
          (text) => Buffer.from(text),
        ),
      ];
      for (const file of files) {
        const content = await readFile(join(folder, file));
        for (const needle of needles) expect(content.includes(needle)).toBe(false);
        if (file === 'kici.db-wal') expect(content.includes(Buffer.from('apps/shop'))).toBe(true);
      }
    });

  it.each([
    ['key', { key: 'OTHER' }],
    ['scope', { scope: 'apps/other' }],
    ['version', { version: 7 }],
  ])('a value that was moved to another %s in the table is corrupt', async (_, place) => {
    const tested = await store();
    await write(tested, 'TOKEN', 'stolen');
    await write(tested, 'OTHER', 'mine');
    await tested.backend.write?.(
      { scope: scope('apps/other'), key: 'TOKEN', value: SecretValue.fromText('mine') },
      context(),
    );
    const target = { scope: 'apps/shop', key: 'TOKEN', version: 1, ...place };
    await tested.database
      .deleteFrom('internal_versions')
      .where('scope', '=', target.scope)
      .where('key', '=', target.key)
      .where('version', '=', target.version)
      .execute();
    const { sealed } = await sealedOf(tested, 'TOKEN');
    await tested.database
      .insertInto('internal_versions')
      .values({ organization: 'default', ...target, sealed, created_at: 0 })
      .execute();
    const [outcome] = await tested.backend.read(
      [{ scope: scope(target.scope), key: target.key, version: String(target.version) }],
      context(),
    );
    expect(outcome).toMatchObject({ status: 'unknown', code: 'corrupt' });
  });

  it('two values that were swapped are both corrupt', async () => {
    const tested = await store();
    for (const key of ['A', 'B']) await write(tested, key, `value of ${key}`);
    const [a, b] = [await sealedOf(tested, 'A'), await sealedOf(tested, 'B')];
    for (const [key, { sealed }] of [
      ['A', b],
      ['B', a],
    ] as const)
      await tested.database.updateTable('internal_versions').set({ sealed }).where('key', '=', key).execute();
    for (const key of ['A', 'B'])
      expect(await readOne(tested, key)).toMatchObject({ status: 'unknown', code: 'corrupt' });
  });

  it('an older version that was put in the place of the current one is corrupt', async () => {
    const tested = await store();
    for (const text of ['old', 'new']) await write(tested, 'TOKEN', text);
    const { sealed } = await tested.database
      .selectFrom('internal_versions')
      .select('sealed')
      .where('version', '=', 1)
      .executeTakeFirstOrThrow();
    await tested.database.updateTable('internal_versions').set({ sealed }).where('version', '=', 2).execute();
    expect(await readOne(tested, 'TOKEN')).toMatchObject({ status: 'unknown', code: 'corrupt' });
  });

  it('a row of another organization does not open', async () => {
    const tested = await store();
    const acme = { backend: await tested.backendOf('acme') };
    await write(acme, 'TOKEN', 'of acme');
    await write(tested, 'TOKEN', 'ours');
    const { sealed } = await tested.database
      .selectFrom('internal_versions')
      .select('sealed')
      .where('organization', '=', 'acme')
      .executeTakeFirstOrThrow();
    await tested.database
      .updateTable('internal_versions')
      .set({ sealed })
      .where('organization', '=', 'default')
      .execute();
    expect(await readOne(tested, 'TOKEN')).toMatchObject({ status: 'unknown', code: 'decryption_failed' });
    expect(await readOne(acme, 'TOKEN')).toMatchObject({ status: 'found' });
  });

  it('any changed byte of a sealed value makes it unknown, and takes no other secret with it', async () => {
    const tested = await store();
    for (const key of ['TOKEN', 'OTHER']) await write(tested, key, `value of ${key}`);
    const { sealed } = await sealedOf(tested, 'TOKEN');
    for (let index = 0; index < sealed.byteLength; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 0x80;
      await tested.database
        .updateTable('internal_versions')
        .set({ sealed: changed })
        .where('key', '=', 'TOKEN')
        .execute();
      const [token, other] = await tested.backend.read(
        [
          { scope: shop, key: 'TOKEN' },
          { scope: shop, key: 'OTHER' },
        ],
        context(),
      );
      expect(token).toMatchObject({ status: 'unknown', code: expect.stringMatching(/^(corrupt|decryption_failed)$/) });
      expect(other).toMatchObject({ status: 'found' });
    }
  });

  it('the wrong key does not open the store at all', async () => {
    const tested = await store();
    await write(tested, 'TOKEN', 'value');
    await expect(tested.reopen(keyFromText('cd'.repeat(32), 'another key'))).rejects.toMatchObject({
      code: 'wrong_key',
    });
    expect(await readOne(await tested.reopen(), 'TOKEN')).toMatchObject({ status: 'found' });
  });

  it('a backend whose data key does not open is not healthy', async () => {
    const tested = await store();
    await write(tested, 'TOKEN', 'value');
    expect(await tested.backend.check(context())).toEqual({ server: 'database of the orchestrator' });
    await tested.database
      .updateTable('data_keys')
      .set({ wrapped: new Uint8Array(61) })
      .execute();
    await expect((await tested.reopen()).backend.check(context())).rejects.toMatchObject({ code: 'decryption_failed' });
  });
});

function sealedOf({ database }: TestStore, key: string): Promise<{ sealed: Uint8Array }> {
  return database
    .selectFrom('internal_versions')
    .select('sealed')
    .where('organization', '=', 'default')
    .where('scope', '=', 'apps/shop')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
}
