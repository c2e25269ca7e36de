import { BackendError, describeFailure, hintOf, whyOf, type Failure } from '@kici-dev/secret-backend';
import { isTold } from '@kici-dev/secret-federation';
import type { Call } from '../caller.ts';
import type { OperationOutput } from '../handlers.ts';
import type { Instance } from './instances.ts';

/**
 * Signs in, lists and measures. Of a failure it returns only code, reason and their fixed texts: the caller may choose
 * the address, so must not see what answers there.
 */
export async function testBackend({ state }: Instance, call: Call): Promise<OperationOutput<'backends.test'>> {
  if ('failure' in state) return { healthy: false, latencyMs: 0, ...failureView(state.failure) };
  const startedAt = performance.now();
  try {
    const { identity, server } = await state.open.check(call.context);
    const latencyMs = state.open.health().latencyMs ?? performance.now() - startedAt;
    const names = await state.open.listAged({ depth: 'tree' }, call.context, 0);
    // A scope that is deleted or disabled is an answer, not a failure of the backend.
    const refused = names.unlisted.find((part) => !isTold(part));
    return {
      healthy: refused === undefined,
      latencyMs,
      listed: names.secrets.length,
      ...(identity !== undefined && { identity }),
      ...(server !== undefined && { server }),
      ...(refused !== undefined && failureView(refused)),
    };
  } catch (error) {
    return {
      healthy: false,
      latencyMs: performance.now() - startedAt,
      ...failureView(BackendError.is(error) ? error : { code: 'server_error' }),
    };
  }
}

function failureView(failure: Failure): Failure & { message: string; hint: string } {
  const { code } = failure;
  const cause = { code, ...whyOf(failure) };
  return { ...cause, message: describeFailure(cause), hint: hintOf(cause) };
}
