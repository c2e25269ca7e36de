import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import type { KeyEncryptionKey } from '../../src/keyring/key-encryption-key.ts';
import { openKeyring } from '../../src/keyring/keyring.ts';
import { rotateKeyEncryptionKey } from '../../src/keyring/rotate-key.ts';
import { keyA, keyB, keyringDatabase, now, temporaryFolder } from './support.ts';

const value = SecretValue.fromText('value');
const place = ['apps/shop', 'TOKEN', '1'];

describe('rotating the key-encryption key', () => {
  it('leaves sealed values as they are, opens them under the new key, and locks out the old one', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    const before = await openKeyring(database, keyA(), now);
    const sealed = await before.seal('acme', 'secret', place, value);
    const sign = await before.signer('acme');
    expect(await rotateKeyEncryptionKey(database, keyA(), keyB())).toBe(2);
    await expect(openKeyring(database, keyA(), now)).rejects.toMatchObject({ code: 'wrong_key' });
    const after = await openKeyring(database, keyB(), now);
    expect((await after.open('acme', 'secret', place, sealed)).equals(value)).toBe(true);
    expect((await after.signer('acme'))(Buffer.from('row'))).toBe(sign(Buffer.from('row')));
    expect(await database.selectFrom('data_keys').select('kek').distinct().execute()).toEqual([{ kek: keyB().id }]);
  });

  it('touches data keys only, so its cost does not grow with the secrets', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    const keyring = await openKeyring(database, keyA(), now);
    for (let index = 0; index < 50; index += 1)
      await keyring.seal('acme', 'secret', ['apps/shop', `K${index}`, '1'], value);
    const used = { wraps: 0, unwraps: 0 };
    const counting = (key: KeyEncryptionKey): KeyEncryptionKey => ({
      id: key.id,
      wrap: (...call) => {
        used.wraps += 1;
        return key.wrap(...call);
      },
      unwrap: (...call) => {
        used.unwraps += 1;
        return key.unwrap(...call);
      },
    });
    await rotateKeyEncryptionKey(database, counting(keyA()), counting(keyB()));
    // One data key; the rest is the key check, before and after.
    expect(used).toEqual({ wraps: 3, unwraps: 2 });
  });

  it('refuses a wrong old key and changes nothing', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    await (await openKeyring(database, keyA(), now)).seal('acme', 'secret', place, value);
    const before = await database.selectFrom('data_keys').selectAll().execute();
    await expect(rotateKeyEncryptionKey(database, keyB(), keyA())).rejects.toMatchObject({ code: 'wrong_key' });
    expect(await database.selectFrom('data_keys').selectAll().execute()).toEqual(before);
    await openKeyring(database, keyA(), now);
  });

  it('takes along a data key that is made meanwhile', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    const keyring = await openKeyring(database, keyA(), now);
    await keyring.seal('acme', 'secret', place, value);
    let late: Promise<Uint8Array> | undefined;
    const slow: KeyEncryptionKey = {
      id: keyB().id,
      unwrap: (...call) => keyB().unwrap(...call),
      async wrap(...call) {
        late ??= keyring.seal('globex', 'secret', place, value);
        await late;
        return keyB().wrap(...call);
      },
    };
    expect(await rotateKeyEncryptionKey(database, keyA(), slow)).toBe(2);
    const sealed = await late;
    expect(
      sealed !== undefined &&
        (await (await openKeyring(database, keyB(), now)).open('globex', 'secret', place, sealed)).equals(value),
    ).toBe(true);
  });

  it('happens once where somebody else begins it meanwhile with another key, and says so to who comes second', async () => {
    const folder = await temporaryFolder();
    const database = await keyringDatabase(folder);
    const sealed = await (await openKeyring(database, keyA(), now)).seal('acme', 'secret', place, value);
    const other = await keyringDatabase(folder);
    let first: Promise<number> | undefined;
    const slow: KeyEncryptionKey = {
      id: 'of somebody slow',
      unwrap: (...call) => keyB().unwrap(...call),
      async wrap(plain) {
        const own = Uint8Array.from(plain);
        await (first ??= rotateKeyEncryptionKey(other, keyA(), keyB()));
        return own;
      },
    };
    await expect(rotateKeyEncryptionKey(database, keyA(), slow)).rejects.toMatchObject({
      code: 'wrong_key',
      hint: expect.stringContaining('nothing was changed'),
    });
    expect(await first).toBe(1);
    expect((await (await openKeyring(database, keyB(), now)).open('acme', 'secret', place, sealed)).equals(value)).toBe(
      true,
    );
  });

  it('lets no process that still has the old key make data keys under it', async () => {
    const database = await keyringDatabase(await temporaryFolder());
    const old = await openKeyring(database, keyA(), now);
    const sealed = await old.seal('acme', 'secret', place, value);
    await rotateKeyEncryptionKey(database, keyA(), keyB());
    await expect(old.seal('globex', 'secret', place, value)).rejects.toMatchObject({ code: 'decryption_failed' });
    // It can go on with what it has already opened.
    expect((await old.open('acme', 'secret', place, sealed)).equals(value)).toBe(true);
    expect(
      (
        await (
          await openKeyring(database, keyB(), now)
        ).open('acme', 'secret', place, await old.seal('acme', 'secret', place, value))
      ).equals(value),
    ).toBe(true);
  });
});
