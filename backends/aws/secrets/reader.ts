import { BackendError, unknown, type CallContext } from '@kici-dev/secret-backend';
import { chunks, mapBounded } from '../service/bounded.ts';
import { isException } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { batchSize, readBatch } from './batch.ts';
import { readOne } from './read-one.ts';
import { idKey, type SecretId } from './secret-id.ts';
import { failureOf, type StoredOutcome } from './stored.ts';

/** BatchGetSecretValue has a quota of 100 requests per second, GetSecretValue one of 10,000. */
const parallelBatches = 10;
const parallelReads = 10;
/** How long a refusal of BatchGetSecretValue is remembered; rights may change. */
const batchRefusalMs = 300_000;

/** Reads any number of secrets in as few calls as the service allows. */
export interface Reader {
  /** One outcome per id, by `idKey`. Does not reject. */
  read(ids: Iterable<SecretId>, context: CallContext): Promise<ReadonlyMap<string, StoredOutcome>>;
}

type Answered = readonly (readonly [string, StoredOutcome])[];

export function createReader(service: Service, now: () => number): Reader {
  let batchRefusedUntil = 0;

  const readSingly = (ids: readonly SecretId[], context: CallContext): Promise<Answered> =>
    mapBounded(ids, parallelReads, async (id) => [idKey(id), await readOne(service, id, context)] as const);

  const readTogether = async (ids: readonly SecretId[], context: CallContext): Promise<Answered> => {
    try {
      return [...(await readBatch(service, ids, context))];
    } catch (error) {
      // The identity may read single secrets but not batches, which is a separate right.
      const refused = isException(error, 'AccessDeniedException', 'AccessDenied');
      if (refused) batchRefusedUntil = now() + batchRefusalMs;
      // One secret that does not decrypt, or that the service objects to, can fail the whole batch.
      if (
        refused ||
        // Each may fit the limit that all together exceed.
        (BackendError.is(error) && error.code === 'too_large') ||
        isException(
          error,
          'DecryptionFailure',
          'InvalidRequestException',
          'InvalidParameterException',
          'ResourceNotFoundException',
        )
      )
        return readSingly(ids, context);
      return ids.map((id) => [idKey(id), failureOf(error)] as const);
    }
  };

  return {
    async read(ids, context) {
      const unique = [...new Map([...ids].map((id) => [idKey(id), id])).values()];
      if (context.signal.aborted) return new Map(unique.map((id) => [idKey(id), unknown('aborted')]));
      // A batch returns only current versions.
      const current = unique.filter(({ version }) => version === undefined);
      const pinned = unique.filter(({ version }) => version !== undefined);
      const together = current.length > 1 && now() >= batchRefusedUntil ? current : [];
      const singly = together.length === 0 ? unique : pinned;
      const answers = await Promise.all([
        mapBounded(chunks(together, batchSize), parallelBatches, (chunk) => readTogether(chunk, context)),
        readSingly(singly, context),
      ]);
      return new Map([...answers[0].flat(), ...answers[1]]);
    },
  };
}
