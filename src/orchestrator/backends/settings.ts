import type { BackendDefinition } from '@kici-dev/secret-backend';
import { parseSettings } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { PlainSettings, SecretSettings } from './store.ts';

/**
 * Refuses settings that would not open the backend, and names every problem.
 * @throws ApiError `invalid_request`
 */
export function requireValidSettings(
  definition: BackendDefinition,
  settings: PlainSettings,
  secrets: SecretSettings,
): void {
  const parsed = parseSettings(definition, settings, secrets);
  if (parsed.ok) return;
  throw new ApiError(
    'invalid_request',
    parsed.problems.map(({ field, problem }) => `${field}: ${problem}`).join('; '),
    parsed.problems.map(({ hint }) => hint).join('; '),
  );
}

/** Those that may be shown before they are checked: a secret one may be among them by mistake. */
export function shownSettings({ settings: fields }: BackendDefinition, settings: PlainSettings): PlainSettings {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => Object.hasOwn(fields, name) && fields[name]?.secret !== true),
  );
}

/**
 * Stored credentials belong to the address that they were given for. Changing the address requires them again, so that
 * nobody can have a stored credential sent elsewhere.
 * @throws ApiError `invalid_request`
 */
export function requireSecretsForNewAddress(
  definition: BackendDefinition,
  before: PlainSettings,
  after: PlainSettings,
  kept: readonly string[],
): void {
  const moved = Object.entries(definition.settings).find(
    ([name, field]) => field.type === 'address' && before[name] !== after[name],
  )?.[0];
  if (moved === undefined || kept.length === 0) return;
  throw new ApiError(
    'invalid_request',
    `${moved} changes, so the secret settings must be given again: ${kept.join(', ')}`,
    `add ${kept.map((name) => `\`--secret ${name}\``).join(' ')}`,
  );
}
