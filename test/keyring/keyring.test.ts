import { AsyncLocalStorage } from 'node:async_hooks';
import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { encodeParts } from '../../src/keyring/envelope.ts';
import type { KeyEncryptionKey } from '../../src/keyring/key-encryption-key.ts';
import { openKeyring } from '../../src/keyring/keyring.ts';
import { keyA, keyB, keyringDatabase, now, temporaryFolder } from './support.ts';

const value = SecretValue.fromBytes(Uint8Array.of(0, 255, 10, 13));
const place = ['apps/shop', 'TOKEN', '1'];

describe('a keyring', () => {
  it('opens what it sealed, after a restart too', async () => {
    const folder = await temporaryFolder();
    const sealed = await (
      await openKeyring(await keyringDatabase(folder), keyA(), now)
    ).seal('acme', 'secret', place, value);
    const opened = await (
      await openKeyring(await keyringDatabase(folder), keyA(), now)
    ).open('acme', 'secret', place, sealed);
    expect(opened.equals(value)).toBe(true);
  });

  it('does not start under another key, and says which one it wants', async () => {
    const folder = await temporaryFolder();
    await openKeyring(await keyringDatabase(folder), keyA(), now);
    await expect(openKeyring(await keyringDatabase(folder), keyB(), now)).rejects.toMatchObject({
      code: 'wrong_key',
      hint: expect.stringContaining('KICI_SECRET_KEY'),
    });
  });

  it.each([
    ['another scope', 'acme', 'secret', ['apps/shop2', 'TOKEN', '1'], 'corrupt'],
    ['another key', 'acme', 'secret', ['apps/shop', 'OTHER', '1'], 'corrupt'],
    ['another version', 'acme', 'secret', ['apps/shop', 'TOKEN', '2'], 'corrupt'],
    ['a place whose parts join to the same text', 'acme', 'secret', ['apps/shopTOKEN', '', '1'], 'corrupt'],
    ['another purpose', 'acme', 'settings', place, 'corrupt'],
    ['another organization', 'globex', 'secret', place, 'decryption_failed'],
  ])('does not open a value for %s', async (_, organization, purpose, coordinates, code) => {
    const keyring = await openKeyring(await keyringDatabase(await temporaryFolder()), keyA(), now);
    const sealed = await keyring.seal('acme', 'secret', place, value);
    await expect((async () => keyring.open(organization, purpose, coordinates, sealed))()).rejects.toMatchObject({
      name: 'BackendError',
      code,
    });
  });

  it('loads a key for nobody: whoever wants it meanwhile waits for the same load', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    await (await openKeyring(database, keyA(), now)).seal('acme', 'secret', place, value);
    const caller = new AsyncLocalStorage<string>();
    const loadedFor: unknown[] = [];
    const kek = keyA();
    const watched: KeyEncryptionKey = {
      id: kek.id,
      wrap: (plain, associated) => kek.wrap(plain, associated),
      async unwrap(wrapped, associated) {
        loadedFor.push(caller.getStore());
        return kek.unwrap(wrapped, associated);
      },
    };
    const keyring = await openKeyring(database, watched, now, (work) => caller.exit(work));
    loadedFor.length = 0;
    await Promise.all(
      ['first', 'second'].map((name) => caller.run(name, () => keyring.seal('acme', 'secret', place, value))),
    );
    expect(loadedFor).toEqual([undefined]);
  });

  it('gives each organization keys of its own', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    const keyring = await openKeyring(database, keyA(), now);
    for (const organization of ['acme', 'globex']) await keyring.seal(organization, 'secret', place, value);
    const [acme, globex] = [await keyring.signer('acme'), await keyring.signer('globex')];
    expect(acme(Buffer.from('row'))).not.toBe(globex(Buffer.from('row')));
    expect((await database.selectFrom('data_keys').select('id').execute()).length).toBe(4);
  });

  it('signs rows by another key than the audit log, and tells every list of parts from every other', async () => {
    const keyring = await openKeyring(await keyringDatabase(await temporaryFolder()), keyA(), now);
    const sign = await keyring.rowSigner('acme');
    expect(new Set([sign(['ab', 'c']), sign(['a', 'bc']), sign(['abc']), sign(['ab', 'c', ''])]).size).toBe(4);
    expect(sign(['ab', 'c'])).not.toBe((await keyring.rowSigner(''))(['ab', 'c']));
    expect((await keyring.signer('acme'))(encodeParts(['ab', 'c']))).not.toBe(sign(['ab', 'c']));
  });

  it('uses no data key for another purpose than it was made for', async () => {
    const folder = await temporaryFolder();
    const database = await keyringDatabase(folder);
    const keyring = await openKeyring(database, keyA(), now);
    const sealed = await keyring.seal('acme', 'secret', place, value);
    await keyring.signer('acme');
    const ids = new Map(
      (await database.selectFrom('data_keys').selectAll().execute()).map(({ id, purpose }) => [purpose, id]),
    );
    await database
      .updateTable('active_data_keys')
      .set({ id: ids.get('seal') ?? '' })
      .where('purpose', '=', 'mac')
      .execute();
    const again = await openKeyring(database, keyA(), now);
    await expect(again.signer('acme')).rejects.toMatchObject({ code: 'wrong_key' });
    const underMac = Buffer.concat([Buffer.from(ids.get('mac') ?? ''), sealed.subarray(36)]);
    await expect(again.open('acme', 'secret', place, underMac)).rejects.toMatchObject({ code: 'decryption_failed' });
    await database.updateTable('data_keys').set({ purpose: 'mac' }).where('purpose', '=', 'seal').execute();
    await expect((await openKeyring(database, keyA(), now)).signer('acme')).rejects.toMatchObject({
      code: 'wrong_key',
    });
  });

  it('agrees on one data key with keyrings that start at the same moment', async () => {
    const folder = await temporaryFolder();
    const databases = await Promise.all([1, 2, 3].map(() => keyringDatabase(folder)));
    const keyrings = await Promise.all(databases.map((database) => openKeyring(database, keyA(), now)));
    const sealed = await Promise.all(
      keyrings.flatMap((keyring) => [1, 2].map(() => keyring.seal('acme', 'secret', place, value))),
    );
    for (const keyring of keyrings)
      for (const one of sealed) expect((await keyring.open('acme', 'secret', place, one)).equals(value)).toBe(true);
    expect(await databases[0]?.selectFrom('data_keys').select('id').execute()).toHaveLength(1);
  });

  it('says that a value cannot be decrypted when its data key is gone or damaged, and shows nothing', async () => {
    const folder = await temporaryFolder();
    const database = await keyringDatabase(folder);
    const sealed = await (await openKeyring(database, keyA(), now)).seal('acme', 'secret', place, value);
    await database
      .updateTable('data_keys')
      .set({ wrapped: new Uint8Array(61) })
      .execute();
    const damaged = await openKeyring(database, keyA(), now);
    await expect(damaged.open('acme', 'secret', place, sealed)).rejects.toMatchObject({
      name: 'BackendError',
      code: 'decryption_failed',
    });
    await expect(damaged.seal('acme', 'secret', place, value)).rejects.toMatchObject({
      name: 'BackendError',
      code: 'decryption_failed',
    });
    await database.deleteFrom('data_keys').execute();
    await expect(damaged.open('acme', 'secret', place, sealed)).rejects.toMatchObject({
      name: 'BackendError',
      code: 'decryption_failed',
    });
  });
});
