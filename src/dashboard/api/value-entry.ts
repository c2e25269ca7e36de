import type { ClientInput, ClientOutput } from '../../api/registry.ts';
import { sealValue } from '../../api/value-seal.ts';
import { toBase64 } from './bytes.ts';
import { call } from './call.ts';
import { Problem } from './problem.ts';

type Entered = Pick<ClientInput<'secrets.set'>, 'scope' | 'key' | 'expectedVersion'>;

/**
 * Sends a value to where it is stored: sealed to the orchestrator's key where the policy says so, so that nothing in
 * between sees it. How it is entered is asked right before, since a policy may have changed while it was typed.
 * @throws Problem
 */
export async function storeValue(
  organization: string,
  entered: Entered,
  bytes: Uint8Array,
): Promise<ClientOutput<'secrets.set'>> {
  const { valueEntry, sealingKey } = await call(organization, 'policy.show', {});
  if (valueEntry !== 'sealed') return call(organization, 'secrets.set', { ...entered, value: toBase64(bytes) });
  if (!isSecureContext)
    throw new Problem(0, {
      error: 'unsupported',
      message: 'values are sealed before they are sent, which browsers do over TLS or on this machine only',
      hint: 'open this page with https, or use the command below',
    });
  const { scope, key } = entered;
  const place = { organization, purpose: 'secret', scope, key } as const;
  return call(organization, 'secrets.set', {
    ...entered,
    sealed: await sealValue(sealingKey.publicKey, place, bytes),
  });
}
