import { quote, type BackendDefinition, type SettingsProblem } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/errors.ts';
import type { PlainSettings, SecretSettings } from './store.ts';

/** What is wrong with the settings of an instance; nothing when it can be opened with them. */
export type CheckSettings = (definition: BackendDefinition, settings: PlainSettings, secrets: SecretSettings) => readonly SettingsProblem[];

/**
 * Refuses settings that the backend could not be opened with, every one of them with what to do.
 * @throws ApiError `invalid_request`
 */
export function requireValidSettings(check: CheckSettings, definition: BackendDefinition, settings: PlainSettings, secrets: SecretSettings): void {
  for (const name of Object.keys(settings)) {
    if (Object.hasOwn(definition.settings, name) && definition.settings[name]?.secret === true) {
      throw new ApiError('invalid_request', `${quote(name)} is a secret setting and was given as a plain one`, `use \`--secret ${name}\`, which asks for it`);
    }
  }
  for (const name of Object.keys(secrets)) {
    if (!Object.hasOwn(definition.settings, name) || definition.settings[name]?.secret !== true) {
      throw new ApiError('invalid_request', `the type ${definition.type} has no secret setting ${quote(name)}`, 'see `kici-admin backend types`');
    }
  }
  const problems = check(definition, settings, secrets);
  const [first] = problems;
  if (first === undefined) return;
  throw new ApiError('invalid_request', problems.map(({ field, problem }) => `${field}: ${problem}`).join('; '), first.hint);
}

/**
 * Stored credentials go to the address that they were given for. Whoever names another address must bring them
 * again, so that nobody learns a stored one by having it sent to a place of their own.
 * @throws ApiError `invalid_request`
 */
export function requireSecretsForNewAddress(definition: BackendDefinition, before: PlainSettings, after: PlainSettings, kept: readonly string[]): void {
  const moved = Object.entries(definition.settings).find(([name, field]) => field.type === 'address' && before[name] !== after[name])?.[0];
  if (moved === undefined || kept.length === 0) return;
  throw new ApiError('invalid_request', `${moved} changes, so the secret settings must be given again: ${kept.join(', ')}`, `add ${kept.map((name) => `\`--secret ${name}\``).join(' ')}`);
}
