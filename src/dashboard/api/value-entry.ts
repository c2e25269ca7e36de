import type { ClientInput, ClientOutput } from '../../api/registry.ts';
import { sealValue, type EntryPlace } from '../../api/value-seal.ts';
import { toBase64, utf8 } from './bytes.ts';
import { call } from './call.ts';
import { Problem } from './problem.ts';

type Entered = Pick<ClientInput<'secrets.set'>, 'scope' | 'key' | 'expectedVersion'>;
type Carry = (place: Omit<EntryPlace, 'organization'>, bytes: Uint8Array) => Promise<Carried>;
type Carried = { readonly value: string } | { readonly sealed: string };

/**
 * How values are sent: sealed to the orchestrator's key if the policy says so, so that nothing in between sees them,
 * and not at all if it keeps them from the page.
 * Fetched right before sending, since the policy may have changed while a value was typed.
 * @throws Problem
 */
async function carrier(organization: string): Promise<Carry> {
  const { valueEntry, sealingKey } = await call(organization, 'policy.show', {});
  if (valueEntry === 'off')
    return async () => {
      throw new Problem(403, {
        error: 'operation_disabled',
        message: "the organization's policy keeps values from the dashboard, so it was not sent",
        hint: 'use the command below',
      });
    };
  if (valueEntry === 'open') return async (_, bytes) => ({ value: toBase64(bytes) });
  if (!isSecureContext)
    throw new Problem(0, {
      error: 'unsupported',
      message: 'values are sealed before they are sent, which browsers can do only over TLS or on this machine',
      hint: 'open this page with https, or use the command below',
    });
  return async (place, bytes) => ({
    sealed: await sealValue(sealingKey.publicKey, { organization, ...place }, bytes),
  });
}

/**
 * Sets a secret, sealing its value if the policy says so.
 * @throws Problem
 */
export async function storeValue(
  organization: string,
  entered: Entered,
  bytes: Uint8Array,
): Promise<ClientOutput<'secrets.set'>> {
  const carry = await carrier(organization);
  const { scope, key } = entered;
  return call(organization, 'secrets.set', { ...entered, ...(await carry({ purpose: 'secret', scope, key }, bytes)) });
}

/**
 * Many at once, or what that would change.
 * @throws Problem
 */
export async function importValues(
  organization: string,
  scope: string,
  values: readonly { readonly key: string; readonly bytes: Uint8Array }[],
  rest: Pick<ClientInput<'secrets.import'>, 'dryRun' | 'reason'>,
): Promise<ClientOutput<'secrets.import'>> {
  const carry = await carrier(organization);
  const entries = await Promise.all(
    values.map(async ({ key, bytes }) => ({ key, ...(await carry({ purpose: 'secret', scope, key }, bytes)) })),
  );
  return call(organization, 'secrets.import', { scope, entries, ...rest });
}

/**
 * The secret settings of a backend, in the form that they are sent.
 * @throws Problem
 */
export async function carriedSettings(
  organization: string,
  backend: string,
  settings: Readonly<Record<string, string>>,
): Promise<Pick<ClientInput<'backends.add'>, 'secretSettings' | 'sealedSettings'>> {
  const carry = await carrier(organization);
  const carried = await Promise.all(
    Object.entries(settings).map(async ([key, text]) => {
      const one = await carry({ purpose: 'backend setting', scope: backend, key }, utf8(text));
      return { key, ...one };
    }),
  );
  return {
    secretSettings: Object.fromEntries(carried.flatMap((one) => ('value' in one ? [[one.key, one.value]] : []))),
    sealedSettings: Object.fromEntries(carried.flatMap((one) => ('sealed' in one ? [[one.key, one.sealed]] : []))),
  };
}
