import { unknown, type CallContext } from '@kici-dev/secret-backend';
import { codeOfName } from '../service/errors.ts';
import type { Service } from '../service/service.ts';
import { explainRefusal, isUnclear } from './describe.ts';
import { pagesOf } from './pages.ts';
import { nameOf } from './secret-id.ts';
import { acceptValue, type StoredOutcome } from './stored.ts';

/** SecretIdList of BatchGetSecretValue takes at most 20 (API model). */
export const batchSize = 20;

/**
 * The current values of up to twenty secrets. Every name has an outcome: one that the service left out without
 * a word is unknown, like one that it has an error for.
 * @throws BackendError when the request as a whole failed
 */
export async function readBatch(service: Service, names: readonly string[], context: CallContext): Promise<ReadonlyMap<string, StoredOutcome>> {
  const outcomes = new Map<string, StoredOutcome>();
  const refusals = new Map<string, string>();
  const ask = (next: { NextToken?: string }) => service.call(context, 'BatchGetSecretValue', (client, options) => client.batchGetSecretValue({ SecretIdList: [...names], ...next }, options));
  for await (const { SecretValues: values = [], Errors: errors = [] } of pagesOf('BatchGetSecretValue', ask)) {
    for (const value of values) {
      const name = value.Name ?? '';
      if (!names.includes(name)) continue;
      outcomes.set(name, outcomes.has(name) ? unknown('ambiguous', 'the service answered twice for one name') : acceptValue(value, { name }));
    }
    for (const { SecretId: id = '', ErrorCode: code = '' } of errors) refusals.set(nameOf(id), code);
  }
  await Promise.all(names.map(async (name) => {
    const refusal = refusals.get(name);
    if (refusal !== undefined) outcomes.set(name, await explain(service, name, refusal, context));
    else if (!outcomes.has(name)) outcomes.set(name, unknown('bad_answer', 'the service answered neither with a value nor with an error'));
  }));
  return outcomes;
}

async function explain(service: Service, name: string, refusal: string, context: CallContext): Promise<StoredOutcome> {
  if (isUnclear(refusal)) return explainRefusal(service, { name }, refusal, context);
  const code = codeOfName(refusal);
  return code === undefined ? unknown('server_error', 'BatchGetSecretValue: an error without a known name') : unknown(code, `BatchGetSecretValue: ${refusal}`);
}
