import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { errorOf, isException } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { explainRefusal } from './describe.ts';
import { isAbout, type SecretId } from './secret-id.ts';

/** Interprets the InvalidRequestException of a change; returns any other error unchanged. */
export async function explained(
  service: Service,
  id: SecretId,
  error: unknown,
  context: CallContext,
): Promise<unknown> {
  if (!isException(error, 'InvalidRequestException')) return error;
  const outcome = await explainRefusal(service, id, 'InvalidRequestException', context);
  // A deletion without a window continues for a while after the name is gone.
  return outcome.status === 'absent'
    ? new BackendError('server_error', { detail: 'the service is still removing a secret of this name' })
    : errorOf(outcome);
}

interface Answer {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly VersionId?: string | undefined;
}

/**
 * A success without a body, or about something else, acknowledges nothing.
 * @param token absent if no version was requested
 * @throws BackendError `bad_answer`
 */
export function requireAnswer(operation: string, answer: Answer, id: SecretId, token?: string): void {
  if (!isAbout(answer, id) || (token !== undefined && answer.VersionId !== token)) {
    throw new BackendError('bad_answer', { detail: `${operation}: the answer is not about the secret that was meant` });
  }
}
