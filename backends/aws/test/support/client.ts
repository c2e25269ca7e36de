import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { region, staticKey } from '../fake/fake-aws.ts';

export const staticSecret = 'static-secret-key-4f1d0b77c2';

/** A client of our own, for seeding and for comparing servers. */
export function rawClient(endpoint: string): SecretsManager {
  return new SecretsManager({ region, endpoint, maxAttempts: 1, credentials: { accessKeyId: staticKey, secretAccessKey: staticSecret } });
}
