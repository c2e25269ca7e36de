import type { CallContext } from '@kici-dev/secret-backend';
import { AwsError } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { explainRefusal, isUnclear } from './describe.ts';
import { isStage, wireId, type SecretId } from './secret-id.ts';
import { acceptValue, failureOf, type StoredOutcome } from './stored.ts';

/** Reads one secret with GetSecretValue, and investigates an ambiguous refusal. */
export async function readOne(service: Service, id: SecretId, context: CallContext): Promise<StoredOutcome> {
  const outcome = await tryRead(service, id, context);
  // Most likely it was created a moment ago and got its value between the two calls.
  return outcome.status === 'unknown' && outcome.code === 'stale_replica' ? tryRead(service, id, context) : outcome;
}

async function tryRead(service: Service, id: SecretId, context: CallContext): Promise<StoredOutcome> {
  try {
    return acceptValue(
      await service.call(context, 'GetSecretValue', (client, options) =>
        client.getSecretValue({ SecretId: wireId(id), ...selector(id) }, options),
      ),
      id,
    );
  } catch (error) {
    return error instanceof AwsError && error.exception !== undefined && isUnclear(error.exception)
      ? explainRefusal(service, id, error.exception, context)
      : failureOf(error);
  }
}

function selector({ version }: SecretId): { VersionId?: string; VersionStage?: string } {
  if (version === undefined) return { VersionStage: 'AWSCURRENT' };
  return isStage(version) ? { VersionStage: version } : { VersionId: version };
}
