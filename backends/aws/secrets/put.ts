import { BackendError, type CallContext, type SecretValue } from '@kici-dev/secret-backend';
import { maxSecretBytes } from '../capabilities.ts';
import type { AwsConfig } from '../config.ts';
import { isException } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { explained, requireAnswer } from './answers.ts';
import { bringBack, scheduleDeletion } from './lifecycle.ts';

/** Creating and updating race with other writers who delete and create; each loss costs one try. */
const maxAttempts = 4;

export interface NewVersion {
  readonly name: string;
  readonly value: SecretValue;
  /** Becomes the version's id, and makes a repeated request harmless. */
  readonly token: string;
}

/** Makes the value current, whatever was current before, and cancels a deletion in progress. */
export async function put(
  service: Service,
  config: AwsConfig,
  version: NewVersion,
  context: CallContext,
): Promise<void> {
  requireSize(version.value);
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      if ((await update(service, version, context)) !== 'missing') return;
      if ((await create(service, config, version, context)) === 'created') return;
    }
  } catch (error) {
    if (!BackendError.is(error) || error.code !== 'scheduled_for_deletion') throw error;
    return revive(service, config, version, context);
  }
  throw new BackendError('conflict', { detail: 'others created and deleted the secret on every attempt' });
}

/** Time limit for restoring a cancelled deletion after the call is over. */
const undoMs = 10_000;

/** If the new value is refused, the old one must not stay revived, even when the caller has stopped waiting. */
async function revive(
  service: Service,
  { deletionWindowDays }: AwsConfig,
  version: NewVersion,
  context: CallContext,
): Promise<void> {
  await bringBack(service, version.name, context);
  try {
    await update(service, version, context);
  } catch (error) {
    const own = { signal: AbortSignal.timeout(undoMs), deadline: Date.now() + undoMs };
    await scheduleDeletion(service, version.name, deletionWindowDays, own).catch(() => undefined);
    throw error;
  }
}

/** @throws BackendError `too_large`, `invalid_argument` */
export function requireSize({ byteLength }: SecretValue): void {
  if (byteLength > maxSecretBytes)
    throw new BackendError('too_large', {
      detail: `a secret has at most ${maxSecretBytes} bytes, and this one has ${byteLength}`,
    });
  if (byteLength === 0)
    throw new BackendError('invalid_argument', { detail: 'Secrets Manager does not accept an empty value' });
}

/** @param stages absent: the version becomes current. @returns the version's stages afterwards */
export async function update(
  service: Service,
  { name, value, token }: NewVersion,
  context: CallContext,
  stages?: readonly string[],
): Promise<readonly string[] | 'missing'> {
  try {
    const answer = await service.call(context, 'PutSecretValue', (client, options) =>
      client.putSecretValue(
        {
          SecretId: name,
          ClientRequestToken: token,
          ...payload(value),
          ...(stages !== undefined && { VersionStages: [...stages] }),
        },
        options,
      ),
    );
    requireAnswer('PutSecretValue', answer, { name }, token);
    return answer.VersionStages ?? [];
  } catch (error) {
    if (isException(error, 'ResourceNotFoundException')) return 'missing';
    throw await explained(service, { name }, error, context);
  }
}

/** @returns `exists` if there is a secret of this name, whatever its value */
export async function create(
  service: Service,
  config: AwsConfig,
  { name, value, token }: NewVersion,
  context: CallContext,
): Promise<'created' | 'exists'> {
  return createNamed(service, config, { Name: name, ClientRequestToken: token, ...payload(value) }, context);
}

/** A name without a value. */
export async function createEmpty(
  service: Service,
  config: AwsConfig,
  name: string,
  context: CallContext,
): Promise<void> {
  await createNamed(service, config, { Name: name }, context);
}

interface CreateInput {
  readonly Name: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
}

async function createNamed(
  service: Service,
  { creation: { kmsKeyId, tags } }: AwsConfig,
  input: CreateInput,
  context: CallContext,
): Promise<'created' | 'exists'> {
  try {
    const answer = await service.call(context, 'CreateSecret', (client, options) =>
      client.createSecret(
        {
          ...input,
          ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }),
          ...(tags.length !== 0 && { Tags: [...tags] }),
        },
        options,
      ),
    );
    requireAnswer('CreateSecret', answer, { name: input.Name }, input.ClientRequestToken);
    return 'created';
  } catch (error) {
    if (isException(error, 'ResourceExistsException')) return 'exists';
    throw await explained(service, { name: input.Name }, error, context);
  }
}

function payload(value: SecretValue): { SecretString: string } | { SecretBinary: Uint8Array } {
  const text = value.text();
  return text === undefined ? { SecretBinary: value.bytes() } : { SecretString: text };
}
