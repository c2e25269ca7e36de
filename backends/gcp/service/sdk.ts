import type { CallOptions } from 'google-gax';
import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';

export type SdkClient = SecretManagerServiceClient;
export type SdkCallOptions = CallOptions;

export interface Sdk {
  readonly secretManager: typeof import('@google-cloud/secret-manager');
  readonly gax: typeof import('google-gax');
  readonly auth: typeof import('google-auth-library');
}

let loading: Promise<Sdk> | undefined;

/** Imported with the first call: it costs 150 ms and 86 MB. */
export function loadSdk(): Promise<Sdk> {
  loading ??= importSdk();
  return loading;
}

async function importSdk(): Promise<Sdk> {
  const [secretManager, gax, auth] = await Promise.all([
    import('@google-cloud/secret-manager'),
    import('google-gax'),
    import('google-auth-library'),
  ]);
  // With GOOGLE_SDK_NODE_LOGGING set, the libraries would print requests and answers, including payloads and tokens.
  gax.loggingUtils.setBackend(null);
  return { secretManager, gax, auth };
}
