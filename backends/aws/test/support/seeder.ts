import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { SecretRef, SecretValue } from '@kici-dev/secret-backend';
import type { SeededSecret } from '@kici-dev/secret-backend-conformance';

export type LayoutName = 'secret-per-key' | 'object-per-scope';

/** The name that the docs promise for a place. */
export function secretName(layout: LayoutName, prefix: string, { scope, key }: SecretRef): string {
  return layout === 'secret-per-key' ? `${prefix}${scope}/${key}` : `${prefix}${scope}`;
}

/** Stores a value by the service's own means. */
export async function seed(
  client: SecretsManager,
  layout: LayoutName,
  prefix: string,
  { scope, key, value }: SeededSecret,
): Promise<{ version?: string }> {
  const name = secretName(layout, prefix, { scope, key });
  const payload = layout === 'secret-per-key' ? wholeValue(value) : await withField(client, name, key, value);
  const { VersionId } = await createOrPut(client, name, payload);
  return VersionId === undefined ? {} : { version: VersionId };
}

interface Payload {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
}

function wholeValue(value: SecretValue): Payload {
  const text = value.text();
  return text === undefined ? { SecretBinary: value.bytes() } : { SecretString: text };
}

/** Sets a key of an object to `null`. */
export async function seedNull(client: SecretsManager, name: string, key: string): Promise<void> {
  await client.putSecretValue({ SecretId: name, ...(await withField(client, name, key, null)) });
}

async function withField(
  client: SecretsManager,
  name: string,
  key: string,
  value: SecretValue | null,
): Promise<Payload> {
  const current = await client.getSecretValue({ SecretId: name }).catch(onlyMissing);
  const fields: unknown = JSON.parse(current?.SecretString ?? '{}');
  return {
    SecretString: JSON.stringify({
      ...(typeof fields === 'object' && fields),
      [key]: value === null ? null : value.text(),
    }),
  };
}

async function createOrPut(
  client: SecretsManager,
  name: string,
  payload: Payload,
): Promise<{ VersionId?: string | undefined }> {
  try {
    return await client.createSecret({ Name: name, ...payload });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceExistsException') throw error;
    return client.putSecretValue({ SecretId: name, ...payload });
  }
}

function onlyMissing(error: unknown): undefined {
  if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
  return undefined;
}
