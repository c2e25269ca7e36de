import type { CallContext } from '@kici-dev/secret-backend';
import { planReads, settleReads, type FrozenCatalogue } from '@kici-dev/secret-federation';
import { isPattern, isStated } from '../../api/stated-keys.ts';
import type { Instance } from '../backends/instances.ts';
import type { OperationOutput } from '../handlers.ts';
import { nearOf } from '../near.ts';
import { readAll } from '../resolution/winners.ts';
import type { JobCatalogue } from './stored-catalogue.ts';

export function statedOnly(catalogue: FrozenCatalogue, stated: readonly string[]): JobCatalogue {
  return { ...catalogue, entries: catalogue.entries.filter(({ key }) => isStated(stated, key)), stated };
}

/**
 * All stated keys that do not exist. One that could not be determined is not missing. A backend with lagging lists is
 * probed by name, as when the job reads; the values it returns are dropped.
 */
export async function missingKeys(
  stated: readonly string[],
  catalogue: FrozenCatalogue,
  instances: ReadonlyMap<string, Instance>,
  context: CallContext,
): Promise<OperationOutput<'jobs.open'>['missing']> {
  const listed = new Set(catalogue.entries.flatMap(({ key, status }) => (status === 'declared' ? [] : [key])));
  const unlisted = new Set(stated.filter((key) => !isPattern(key) && !listed.has(key)));
  const plan = planReads(catalogue, unlisted);
  const outcomes = await Promise.all(
    [...plan.calls].map(
      async ([backend, refs]) => [backend, await readAll(instances.get(backend), refs, context)] as const,
    ),
  );
  const missing = [...settleReads(plan, new Map(outcomes))].flatMap(([key, { status }]) =>
    status === 'not_found' || status === 'declared' ? [{ key, status }] : [],
  );
  const unheard = missing.flatMap(({ key, status }) => (status === 'not_found' ? [key] : []));
  const near = nearOf(unheard, [...listed]);
  return missing.map((one) => ({ ...one, near: [...(near.get(one.key) ?? [])] }));
}
