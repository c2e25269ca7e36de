import {
  BackendError,
  SecretValue,
  type AmbientAccess,
  type BackendDefinition,
  type BackendHost,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import { createAddressGuard } from './host/address-guard.ts';
import { createAdapter } from './host/create-adapter.ts';
import { defaultHostPolicy } from './host/policy.ts';
import { parseSettings } from './host/settings/parse-settings.ts';

export interface BackendOptions {
  /** The name that bindings use. */
  readonly name: string;
  /** As `kici-admin backend add --set` takes them; `undefined` means not set. */
  readonly settings: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The settings that are secret. */
  readonly secrets?: Readonly<Record<string, string | SecretValue | undefined>>;
  /**
   * Host names, addresses and CIDR ranges that it may reach; default: any except the machine's own metadata addresses.
   */
  readonly allow?: readonly string[];
  /** What it may use of the machine; default: neither its credentials nor its files. */
  readonly ambient?: AmbientAccess;
  /** Default: nothing is logged. */
  readonly log?: BackendHost['log'];
}

/**
 * Opens a backend of a published type for your own program. It does no I/O before its first call; the caller closes it.
 * @throws BackendError `misconfigured`, which lists every wrong setting and what to do; RangeError for a wrong `allow`
 */
export async function createBackend(definition: BackendDefinition, options: BackendOptions): Promise<SecretBackend> {
  const { name, settings, secrets = {}, allow, ambient = { credentials: false, paths: [] }, log } = options;
  const plain = Object.entries(settings).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, value] as const],
  );
  const values = Object.entries(secrets).flatMap(([field, value]): [string, SecretValue][] =>
    value === undefined ? [] : [[field, typeof value === 'string' ? SecretValue.fromText(value) : value]],
  );
  const parsed = parseSettings(definition, Object.fromEntries(plain), Object.fromEntries(values));
  if (!parsed.ok)
    throw new BackendError('misconfigured', {
      reason: 'setting_wrong',
      about: parsed.problems.map(({ field }) => field).join(', '),
      detail: `${name}: ${parsed.problems.map(({ field, problem, hint }) => `${field} ${problem}; ${hint}`).join('\n')}`,
    });
  return createAdapter(definition, parsed.settings, {
    name,
    organization: 'default',
    ambient,
    deadlineMs: defaultHostPolicy.deadlineMs,
    resolveAddress: createAddressGuard(allow === undefined ? {} : { allow }),
    log: log ?? (() => undefined),
    now: () => Date.now(),
  });
}
