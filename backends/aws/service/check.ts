import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import type { AwsConfig } from '../config.ts';
import { isReason } from './errors.ts';
import type { Service } from './service.ts';

/** Begins with what no binding can name, and need not exist. */
const probe = '__kici/check';

/**
 * Uses both rights that jobs need. A name that does not exist answers ResourceNotFoundException only to who may
 * read it; to everybody else it is AccessDeniedException.
 */
export async function checkService(service: Service, { prefix }: AwsConfig, context: CallContext): Promise<void> {
  const answer = await service.call(context, 'ListSecrets', (client, options) => client.listSecrets({ MaxResults: 1 }, options));
  if (answer.SecretList === undefined) throw new BackendError('bad_answer', { detail: 'ListSecrets: the answer has no list' });
  try {
    await service.call(context, 'GetSecretValue', (client, options) => client.getSecretValue({ SecretId: `${prefix}${probe}` }, options));
  } catch (error) {
    if (!isReason(error, 'ResourceNotFoundException', 'InvalidRequestException')) throw error;
  }
}
