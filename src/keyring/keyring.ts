import { createHmac } from 'node:crypto';
import { BackendError, SecretValue } from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import { createDataKeys, type DataKey, type Shared } from './data-keys.ts';
import { signingKey, type SigningKey } from './signing-key.ts';
import { decrypt, encodeParts, encrypt } from './envelope.ts';
import { KeyringError } from './keyring-error.ts';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import { checkKey, storeKeyCheck } from './key-check.ts';
import { curveKeyPair, type CurveKeyPair } from './curve-key.ts';
import type { KeyringTables } from './tables.ts';

/** Seals values at rest, and signs the audit log and the rows that grant or decide. */
export interface Keyring {
  /**
   * @param purpose what kind of thing is sealed, such as `secret`
   * @param coordinates where it belongs; it opens nowhere else
   * @throws BackendError `decryption_failed` if the organization's data key cannot be unwrapped
   */
  seal(organization: string, purpose: string, coordinates: readonly string[], value: SecretValue): Promise<Uint8Array>;
  /**
   * At once, where the key is in memory.
   * @throws BackendError `corrupt` if it was not sealed for this place, `decryption_failed` if its key is missing
   */
  open(
    organization: string,
    purpose: string,
    coordinates: readonly string[],
    sealed: Uint8Array,
  ): SecretValue | Promise<SecretValue>;
  /** Returns a function that signs with the organization's own key (HMAC-SHA-256, hex). */
  signer(organization: string): Promise<(bytes: Uint8Array) => string>;
  /** What signs checkpoints of an organization's audit log; whoever has the public half can check them. */
  checkpointKey(organization: string): Promise<SigningKey>;
  /**
   * Returns a function that signs rows, with length-prefixed parts and another key than `signer`; at once, where the
   * key is in memory.
   * @param organization empty: what belongs to every organization
   */
  rowSigner(organization: string): RowSigner | Promise<RowSigner>;
  /** The key pair that clients seal an organization's values to; made when it is first used. */
  entryKeyPair(organization: string): Promise<CurveKeyPair>;
  /** Whether every row that needs a signature got one, so that a row without one is not ours. */
  readonly rowsAreSealed: boolean;
  /** Must run in the transaction that signed the rows; takes effect at the next start. */
  noteRowsSealed(transaction: Kysely<KeyringTables>): Promise<void>;
}

export type RowSigner = (parts: readonly string[]) => string;

const keyIdBytes = 36;

/**
 * Opens the keys of a database.
 * @param shared default: whoever wants a key first loads it
 * @throws KeyringError `wrong_key` if the database was written under another key-encryption key
 */
export async function openKeyring(
  database: Kysely<KeyringTables>,
  kek: KeyEncryptionKey,
  now: () => number,
  shared: Shared = (work) => work(),
): Promise<Keyring> {
  const { rowsAreSealed } = await checkKey(database, kek);
  const keys = createDataKeys(database, kek, now, shared);
  const associated = (
    organization: string,
    purpose: string,
    keyId: string,
    coordinates: readonly string[],
  ): string[] => ['kici value', purpose, organization, keyId, ...coordinates];
  return {
    async seal(organization, purpose, coordinates, value) {
      const { id, key } = await usable(keys.active(organization, 'seal'));
      const plain = value.bytes();
      const sealed = encrypt(key, plain, associated(organization, purpose, id, coordinates));
      plain.fill(0);
      return Buffer.concat([Buffer.from(id, 'latin1'), sealed]);
    },
    open(organization, purpose, coordinates, sealed) {
      const id = Buffer.from(sealed.buffer, sealed.byteOffset, Math.min(keyIdBytes, sealed.byteLength)).toString(
        'latin1',
      );
      const openWith = (dataKey: DataKey | undefined): SecretValue =>
        opened(dataKey, sealed.subarray(keyIdBytes), associated(organization, purpose, id, coordinates));
      const dataKey = keys.byId(organization, 'seal', id);
      return dataKey instanceof Promise ? usable(dataKey).then(openWith) : openWith(dataKey);
    },
    async signer(organization) {
      const { key } = await keys.active(organization, 'mac');
      return (bytes) => createHmac('sha256', key).update(bytes).digest('hex');
    },
    async checkpointKey(organization) {
      const { key } = await keys.active(organization, 'checkpoint');
      return signingKey(key);
    },
    rowSigner(organization) {
      const signerOf = ({ key }: DataKey): RowSigner => {
        return (parts) => createHmac('sha256', key).update(encodeParts(parts)).digest('hex');
      };
      const dataKey = keys.active(organization, 'rows');
      return dataKey instanceof Promise ? dataKey.then(signerOf) : signerOf(dataKey);
    },
    async entryKeyPair(organization) {
      const { key } = await keys.active(organization, 'entry');
      return curveKeyPair('x25519', key);
    },
    rowsAreSealed,
    noteRowsSealed: (transaction) => storeKeyCheck(transaction, kek, true),
  };
}

/** @throws BackendError `corrupt`, `decryption_failed` */
function opened(dataKey: DataKey | undefined, sealed: Uint8Array, associated: readonly string[]): SecretValue {
  if (dataKey === undefined)
    throw new BackendError('decryption_failed', { detail: 'the data key of a sealed value is not in the keyring' });
  const plain = decrypt(dataKey.key, sealed, associated);
  if (plain === undefined) throw new BackendError('corrupt', { detail: 'a sealed value was changed or moved' });
  const value = SecretValue.fromBytes(plain);
  plain.fill(0);
  return value;
}

/** To readers and writers of secrets, a key that does not open is a failure like any other. */
async function usable<T>(key: T | Promise<T>): Promise<T> {
  try {
    return await key;
  } catch (error) {
    throw error instanceof KeyringError ? new BackendError('decryption_failed', { detail: error.message }) : error;
  }
}
