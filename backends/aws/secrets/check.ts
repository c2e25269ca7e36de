import { BackendError, whyOf, type CallContext, type FailureCode } from '@kici-dev/secret-backend';
import type { LayoutTools } from '../layout.ts';
import { isException } from '../service/service-error.ts';
import { idKey, secretId } from './secret-id.ts';

/** Begins with a segment that no binding can name; need not exist. */
const probe = '__kici/check';
/** Secrets can be in these states for any caller, so they do not show that a permission is missing. */
const statesOfSecrets: readonly FailureCode[] = ['scheduled_for_deletion', 'no_version'];

/**
 * Exercises the rights that jobs need. For a missing name only a caller who may read it gets ResourceNotFoundException;
 * everybody else gets AccessDeniedException. Each shared secret is read, because each is a separate right.
 */
export async function check({ config, service, reader }: LayoutTools, context: CallContext): Promise<void> {
  const { prefix, sharedSecrets } = config;
  const answer = await service.call(context, 'ListSecrets', (client, options) =>
    client.listSecrets({ MaxResults: 1 }, options),
  );
  if (answer.SecretList === undefined)
    throw new BackendError('bad_answer', { detail: 'ListSecrets: the answer has no list' });
  try {
    await service.call(context, 'GetSecretValue', (client, options) =>
      client.getSecretValue({ SecretId: `${prefix}${probe}` }, options),
    );
  } catch (error) {
    if (!isException(error, 'ResourceNotFoundException', 'InvalidRequestException')) throw error;
  }
  const ids = [...sharedSecrets.keys()].map((name) => secretId(sharedSecrets, name));
  const outcomes = await reader.read(ids, context);
  for (const id of ids) {
    const outcome = outcomes.get(idKey(id));
    if (outcome?.status !== 'unknown' || statesOfSecrets.includes(outcome.code)) continue;
    throw new BackendError(outcome.code, {
      ...whyOf(outcome),
      detail: `the shared secret ${id.name}: ${outcome.detail ?? 'it cannot be read'}`,
    });
  }
}
