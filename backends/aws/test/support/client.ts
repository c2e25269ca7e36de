import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { otherAccount, region, staticKey } from '../fake/fake-aws.ts';

export const staticSecret = 'static-secret-key-4f1d0b77c2';

/** Our own client, for seeding and for comparing servers. */
export function rawClient(endpoint: string, accessKeyId: string = staticKey): SecretsManager {
  return new SecretsManager({
    region,
    endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: staticSecret },
  });
}

/** A client of another account: the fake and LocalStack take the account from the key, moto from a header. */
export function otherClient(endpoint: string): SecretsManager {
  const client = rawClient(endpoint, otherAccount);
  client.middlewareStack.add(
    (next) => (call) => {
      const { request } = call;
      if (typeof request === 'object' && request !== null && 'headers' in request)
        Object.assign(request.headers ?? {}, { 'x-moto-account-id': otherAccount });
      return next(call);
    },
    { step: 'build' },
  );
  return client;
}
