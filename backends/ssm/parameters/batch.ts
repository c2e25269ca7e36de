import { unknown, type CallContext, type ReadOutcome } from '@kici-dev/secret-backend';
import { wireName, type ParameterId } from './parameter-id.ts';
import { readOne } from './read-one.ts';
import type { ParameterService } from './service.ts';
import { acceptValue } from './stored.ts';

/**
 * Up to ten parameters with distinct names. Each has an outcome, by wire name: one that the service left out is
 * unknown. One that it calls invalid is requested separately, because that word means several things ("not formatted
 * correctly or don't run", API reference, GetParameters).
 * @throws BackendError if the request as a whole failed
 */
export async function readBatch(
  service: ParameterService,
  ids: readonly ParameterId[],
  context: CallContext,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const answer = await service.call(context, 'GetParameters', (client, options) =>
    client.getParameters({ Names: ids.map(wireName), WithDecryption: true }, options),
  );
  const outcomes = new Map<string, ReadOutcome>();
  for (const entry of answer.Parameters ?? []) {
    const id = ids.find(({ name }) => name === entry.Name);
    if (id === undefined) continue;
    const key = wireName(id);
    outcomes.set(
      key,
      outcomes.has(key) ? unknown('ambiguous', 'the service answered twice for one name') : acceptValue(entry, id),
    );
  }
  const invalid = new Set(answer.InvalidParameters);
  await Promise.all(
    ids.map(async (id) => {
      const key = wireName(id);
      if (outcomes.has(key)) return;
      outcomes.set(key, invalid.has(key) ? await readOne(service, id, context) : unanswered);
    }),
  );
  return outcomes;
}

const unanswered = Object.freeze(unknown('bad_answer', 'the service answered neither with a value nor with an error'));
