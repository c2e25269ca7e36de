import { BackendError, type AmbientAccess } from '@kici-dev/secret-backend';
import type { CredentialSource } from './access-config.ts';

/**
 * The server's configuration must allow what the settings use of the machine's credentials.
 * @throws BackendError `misconfigured`
 */
export function requireAmbient(source: CredentialSource, ambient: AmbientAccess): void {
  if (source.method === 'keys' || ambient.credentials) return;
  throw new BackendError('misconfigured', {
    reason: 'setting_not_allowed',
    about: 'auth.method',
    detail: `auth.method ${source.method} uses credentials of the machine, which the server's configuration does not allow`,
  });
}
