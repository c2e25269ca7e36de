import { unknown, type CallContext } from '@kici-dev/secret-backend';
import { codeOfName } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { explainRefusal, isUnclear } from './describe.ts';
import { pagesOf } from '../service/pages.ts';
import { readOne } from './read-one.ts';
import { wireId, type SecretId } from './secret-id.ts';
import { nameOf } from './secret-name.ts';
import { acceptValue, type StoredOutcome, type StoredValue } from './stored.ts';

/** The most that SecretIdList of BatchGetSecretValue takes (API model). */
export const batchSize = 20;

/**
 * The current values of up to twenty secrets. Every name has an outcome: one that the service left out is unknown, like
 * one that it reports an error for.
 * @throws BackendError if the request as a whole failed
 */
export async function readBatch(
  service: Service,
  ids: readonly SecretId[],
  context: CallContext,
): Promise<ReadonlyMap<string, StoredOutcome>> {
  const outcomes = new Map<string, StoredOutcome>();
  const refusals = new Map<string, string>();
  const ask = (next: { NextToken?: string }) =>
    service.call(context, 'BatchGetSecretValue', (client, options) =>
      client.batchGetSecretValue({ SecretIdList: ids.map(wireId), ...next }, options),
    );
  for await (const { SecretValues: values = [], Errors: errors = [] } of pagesOf('BatchGetSecretValue', ask)) {
    for (const value of values) {
      const id = idOf(value, ids);
      if (id === undefined) continue;
      outcomes.set(
        id.name,
        outcomes.has(id.name)
          ? unknown('ambiguous', 'the service answered twice for one name')
          : acceptValue(value, id),
      );
    }
    for (const { SecretId: id = '', ErrorCode: code = '' } of errors) refusals.set(nameOf(id), code);
  }
  await Promise.all(
    ids.map(async (id) => {
      const refusal = refusals.get(id.name);
      if (refusal !== undefined || !outcomes.has(id.name))
        outcomes.set(id.name, await explain(service, id, refusal, context));
    }),
  );
  return outcomes;
}

/**
 * Matches ARNs first: one without its suffix, which its form does not always show, is answered with the suffix, and its
 * name may have been requested too.
 */
function idOf({ ARN, Name }: StoredValue, ids: readonly SecretId[]): SecretId | undefined {
  return (
    ids.find(({ arn }) => arn !== undefined && ARN?.startsWith(arn) === true) ?? ids.find(({ name }) => name === Name)
  );
}

async function explain(
  service: Service,
  id: SecretId,
  refusal: string | undefined,
  context: CallContext,
): Promise<StoredOutcome> {
  // The user guide lists GetSecretValue, but not BatchGetSecretValue, among the calls that reach other accounts.
  if (id.arn !== undefined) return readOne(service, id, context);
  if (refusal === undefined)
    return unknown('bad_answer', 'the service answered neither with a value nor with an error');
  if (isUnclear(refusal)) return explainRefusal(service, id, refusal, context);
  const code = codeOfName(refusal);
  return code === undefined
    ? unknown('server_error', 'BatchGetSecretValue: an error without a known name')
    : unknown(code, `BatchGetSecretValue: ${refusal}`);
}
