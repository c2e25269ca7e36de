import { SecretValue } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';
import type { ValueEntryMode } from '../../api/dashboard-session.ts';
import { maxValueBytes } from '../../api/fields.ts';
import type { OperationId } from '../../api/registry.ts';
import { fingerprintOf, keyIdOf, openValue, type EntryPlace } from '../../api/value-seal.ts';
import type { Keyring } from '../../keyring/keyring.ts';
import { isSession, type Call } from '../caller.ts';
import type { OperationOutput } from '../handlers.ts';
import { disabled } from '../policy/gate.ts';
import { valueEntryOf } from '../policy/policy.ts';
import type { PolicyStore } from '../policy/store.ts';

/** A value as a client sends it; exactly one of the two is set. */
export interface SentValue {
  /** Base64. */
  readonly value?: string | undefined;
  /** Base64, see `sealValue`. */
  readonly sealed?: string | undefined;
}

/** What a session is told whose value is not taken. */
const refusals = {
  sealed: "the organization's policy accepts values from the dashboard only if the page has sealed them",
  off: "the organization's policy keeps values from the dashboard, and secret settings of backends with them",
} as const satisfies Record<Exclude<ValueEntryMode, 'open'>, string>;

/** Where values enter. */
export interface ValueEntry {
  sealingKey(organization: string): Promise<OperationOutput<'secrets.sealingKey'>>;
  /**
   * @param id the operation that it comes with
   * @param place where the value belongs; also named in messages
   * @throws ApiError `invalid_request`, `too_large`; `operation_disabled` for a session's value that the policy keeps
   * out, as it does with plain ones where it requires sealed ones
   */
  open(call: Call, id: OperationId, place: Omit<EntryPlace, 'organization'>, sent: SentValue): Promise<SecretValue>;
}

export function createValueEntry(keyring: Keyring, policy: PolicyStore): ValueEntry {
  async function unseal(place: EntryPlace, sealed: string): Promise<SecretValue> {
    const { publicKey, privateKey } = await keyring.entryKeyPair(place.organization);
    const key = privateKey.toCryptoKey('X25519', false, ['deriveBits']);
    const opened = await openValue({ publicKey, privateKey: key }, place, sealed);
    if (opened.kind === 'other_key')
      throw new ApiError(
        'invalid_request',
        `the value of ${place.key} is not sealed to the orchestrator's key`,
        'fetch the key again: reload the page, or run the command again',
      );
    if (opened.kind === 'not_sealed_for_here')
      throw new ApiError(
        'invalid_request',
        `the value of ${place.key} was not sealed for this organization, place and key, or was changed on its way`,
        'seal it for the place that it is sent to',
      );
    if (opened.value.byteLength > maxValueBytes)
      throw new ApiError('too_large', `a value has at most ${maxValueBytes} bytes`);
    return wrapped(opened.value);
  }

  async function requireEntry(call: Call, id: OperationId, place: Omit<EntryPlace, 'organization'>, isSealed: boolean) {
    if (!isSession(call.caller)) return;
    const mode = valueEntryOf(await policy.read(call.organization));
    if (mode === 'open' || (mode === 'sealed' && isSealed)) return;
    const { scope, key } = place;
    throw disabled(id, call.organization, { scope, key, name: scope }, refusals[mode]);
  }

  return {
    async sealingKey(organization) {
      const { publicKey } = await keyring.entryKeyPair(organization);
      const fingerprint = await fingerprintOf(publicKey);
      return { keyId: keyIdOf(fingerprint), publicKey: Buffer.from(publicKey).toString('base64'), fingerprint };
    },
    async open(call, id, place, { value, sealed }) {
      if ((value === undefined) === (sealed === undefined))
        throw new ApiError('invalid_request', `value: ${place.key} takes either a value or a sealed one`);
      await requireEntry(call, id, place, sealed !== undefined);
      if (sealed !== undefined) return unseal({ ...place, organization: call.organization }, sealed);
      return wrapped(Buffer.from(value ?? '', 'base64'));
    },
  };
}

function wrapped(bytes: Uint8Array): SecretValue {
  const value = SecretValue.fromBytes(bytes);
  bytes.fill(0);
  return value;
}
