import { BackendError, connectionReason, type FailureCode } from '@kici-dev/secret-backend';
import { loadSdk } from '../service/sdk.ts';
import { property } from '../service/property.ts';
import { isNetworkError } from '../service/sdk-error.ts';
import { cloudPlatform } from './exchange.ts';
import type { TokenSource } from './sign-in.ts';

/**
 * Application default credentials: GOOGLE_APPLICATION_CREDENTIALS, what `gcloud` left, the metadata server. They are
 * the machine's own, so the library finds and uses them as usual on that machine.
 * @param project keeps the library from asking `gcloud` for one
 */
export function ambientTokens(project: string): TokenSource {
  return async (signal) => {
    const { auth } = await loadSdk();
    try {
      const client = await new auth.GoogleAuth({
        scopes: [cloudPlatform],
        projectId: project,
        clientOptions: { useAuthRequestParameters: false },
      }).getClient();
      const { token } = await client.getAccessToken();
      if (token == null || token === '')
        throw new BackendError('unauthenticated', { detail: 'the application default credentials gave no token' });
      const { expiry_date: expiresAt } = client.credentials;
      return expiresAt == null ? { token } : { token, expiresAt };
    } catch (error) {
      if (BackendError.is(error)) throw error;
      const code = signal.aborted ? 'timeout' : codeOf(error);
      throw new BackendError(code, {
        ...(code === 'unreachable' && connectionReason(error)),
        detail: 'the application default credentials of this machine are missing, or gave no token',
      });
    }
  };
}

function codeOf(error: unknown): FailureCode {
  const status: unknown = property(error, 'status') ?? property(property(error, 'response'), 'status');
  if (typeof status === 'number')
    return status === 429 ? 'throttled' : status >= 500 ? 'server_error' : 'unauthenticated';
  return isNetworkError(error) ? 'unreachable' : 'unauthenticated';
}
