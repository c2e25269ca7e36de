import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SecretValue } from '@kici-dev/secret-backend';

let generated: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined;

/** One key for all tests of a file, since generating one takes a while. */
export function testKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  generated ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generated;
}

export function pem(): string {
  const exported = testKey().privateKey.export({ type: 'pkcs8', format: 'pem' });
  return exported.toString();
}

export function serviceAccountJson(changes: Readonly<Record<string, unknown>> = {}): SecretValue {
  return SecretValue.fromText(
    JSON.stringify({
      type: 'service_account',
      project_id: 'acme-production',
      private_key_id: 'k1',
      private_key: pem(),
      client_email: 'ci@acme.iam.gserviceaccount.com',
      ...changes,
    }),
  );
}

export function workloadIdentityJson(source: unknown, changes: Readonly<Record<string, unknown>> = {}): SecretValue {
  return SecretValue.fromText(
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/runner',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: 'https://sts.googleapis.com/v1/token',
      credential_source: source,
      ...changes,
    }),
  );
}
