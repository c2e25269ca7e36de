import { BackendError, unknown, type CallContext, type ReadOutcome } from '@kici-dev/secret-backend';
import { chunks, failureOf, isException, mapBounded } from '@kici-dev/secret-backend-aws/access';
import { readBatchSize } from '../capabilities.ts';
import { readBatch } from './batch.ts';
import { wireName, type ParameterId } from './parameter-id.ts';
import { readOne } from './read-one.ts';
import type { ParameterService } from './service.ts';

/**
 * The default quota for all reads together is 40 requests per second (AWS General Reference, Systems Manager quotas).
 */
const parallelCalls = 5;

type Answered = readonly (readonly [string, ReadOutcome])[];

/**
 * Reads any number of parameters in as few calls as the service allows: one outcome each, by wire name. Does not
 * reject.
 */
export async function readAll(
  service: ParameterService,
  ids: readonly ParameterId[],
  context: CallContext,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const unique = [...new Map(ids.map((id) => [wireName(id), id])).values()];
  if (context.signal.aborted) return new Map(unique.map((id) => [wireName(id), unknown('aborted')]));
  // An answer has the parameter's name but not the requested version, so a batch has each name once.
  const named = new Map(unique.toReversed().map((id) => [id.name, id]));
  const together = named.size > 1 ? [...named.values()] : [];
  const singly = unique.filter((id) => !together.includes(id));
  const answers = await Promise.all([
    mapBounded(chunks(together, readBatchSize), parallelCalls, (chunk) => readTogether(service, chunk, context)),
    readSingly(service, singly, context),
  ]);
  return new Map([...answers[0].flat(), ...answers[1]]);
}

function readSingly(service: ParameterService, ids: readonly ParameterId[], context: CallContext): Promise<Answered> {
  return mapBounded(ids, parallelCalls, async (id) => [wireName(id), await readOne(service, id, context)] as const);
}

async function readTogether(
  service: ParameterService,
  ids: readonly ParameterId[],
  context: CallContext,
): Promise<Answered> {
  try {
    return [...(await readBatch(service, ids, context))];
  } catch (error) {
    if (mayBeOfOne(error)) return readSingly(service, ids, context);
    return ids.map((id) => [wireName(id), failureOf(error)] as const);
  }
}

/** For one parameter's missing right, disabled key or refused name, the whole request fails. */
function mayBeOfOne(error: unknown): boolean {
  return (
    (BackendError.is(error) && error.code === 'too_large') ||
    isException(
      error,
      'AccessDeniedException',
      'AccessDenied',
      'InvalidKeyId',
      'ValidationException',
      'ParameterNotFound',
      'ParameterVersionNotFound',
    )
  );
}
