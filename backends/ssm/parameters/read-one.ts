import { absent, unknown, type CallContext, type ReadOutcome } from '@kici-dev/secret-backend';
import { failureOf, isException } from '@kici-dev/secret-backend-aws/access';
import type { ParameterService } from './service.ts';
import { wireName, type ParameterId } from './parameter-id.ts';
import { acceptValue } from './stored.ts';

/**
 * Only GetParameter has an error that says that there is no such parameter. A caller without permission gets
 * AccessDeniedException whether it exists or not.
 */
export async function readOne(service: ParameterService, id: ParameterId, context: CallContext): Promise<ReadOutcome> {
  try {
    const answer = await service.call(context, 'GetParameter', (client, options) =>
      client.getParameter({ Name: wireName(id), WithDecryption: true }, options),
    );
    return acceptValue(answer.Parameter, id);
  } catch (error) {
    if (isException(error, 'ParameterVersionNotFound')) return noVersion;
    if (isException(error, 'ParameterNotFound'))
      return id.version === undefined ? absent : withoutVersion(service, id, context);
    return failureOf(error);
  }
}

const noVersion = Object.freeze(unknown('no_version', 'the parameter exists and has no such version'));

/** Emulators call a missing label a missing parameter; only the name alone proves that there is none. */
async function withoutVersion(
  service: ParameterService,
  { name }: ParameterId,
  context: CallContext,
): Promise<ReadOutcome> {
  const outcome = await readOne(service, { name }, context);
  return outcome.status === 'found' ? noVersion : outcome;
}
