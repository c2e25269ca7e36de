import { BackendError, type CallContext, type ReadOutcome, type SecretRef } from '@kici-dev/secret-backend';
import { mapLimited } from './concurrency.ts';
import { readEntry, type Entry } from './entry.ts';
import { outcomeOf } from './fields.ts';
import type { Service } from './service.ts';

const readsAtOnce = 16;

/** Reads with one request per path and version, however many fields are requested. */
export async function read(
  service: Service,
  refs: readonly SecretRef[],
  context: CallContext,
): Promise<readonly ReadOutcome[]> {
  const places = new Map(refs.map((ref) => [placeOf(ref), ref]));
  const entries = new Map(
    await mapLimited(
      [...places],
      readsAtOnce,
      async ([place, { scope, version }]) =>
        [place, await attempt(() => readEntry(service, scope, version, context))] as const,
    ),
  );
  return refs.map((ref) => {
    const entry = entries.get(placeOf(ref));
    if (entry === undefined) throw new BackendError('bad_answer');
    return BackendError.is(entry) ? entry.toOutcome() : outcomeOf(entry, ref.key);
  });
}

async function attempt(work: () => Promise<Entry>): Promise<Entry | BackendError> {
  try {
    return await work();
  } catch (error) {
    if (BackendError.is(error)) return error;
    throw error;
  }
}

/** An empty pin is a pin, though an invalid one. */
function placeOf({ scope, version }: SecretRef): string {
  return version === undefined ? scope : `${scope}\n${version}`;
}
