import type * as z from 'zod';
import type { ApiClient } from '../../../api/client.ts';
import type { unavailablePart } from '../../../api/fields.ts';
import { resolutionOperations } from '../../../api/operations/resolution.ts';
import { isStated } from '../../../api/stated-keys.ts';
import type { UsedEnvironment } from './bound.ts';

type Entry = z.output<(typeof resolutionOperations)['resolution.catalogue']['output']>['secrets'][number];
type Part = z.output<typeof unavailablePart>;

export type KeyOrigin = Pick<Entry, 'backend' | 'scope' | 'status' | 'code'> & { readonly environment: string };

export interface KnownKeys {
  /** Keys sorted by code unit, each with its environments sorted by name. */
  readonly keys: ReadonlyMap<string, readonly KeyOrigin[]>;
  /** What could not be queried, or does not reveal its keys. */
  readonly gaps: readonly (Part & { readonly environment: string })[];
}

/** The key names of all the environments. @throws ApiError */
export async function fetchNames(client: ApiClient, environments: readonly UsedEnvironment[]): Promise<KnownKeys> {
  const answers = await Promise.all(
    environments.map(async ({ name, stated }) => {
      const answer = await client.call(resolutionOperations['resolution.catalogue'], { environment: name });
      return { environment: name, stated, ...answer };
    }),
  );
  const keys = new Map<string, KeyOrigin[]>();
  for (const { environment, stated, secrets } of answers)
    for (const { key, backend, scope, status, code } of secrets) {
      if (!isStated(stated, key)) continue;
      const place: KeyOrigin = { environment, backend, scope, status, ...(code !== undefined && { code }) };
      keys.set(key, [...(keys.get(key) ?? []), place]);
    }
  return {
    keys: new Map([...keys].toSorted(([left], [right]) => (left < right ? -1 : 1))),
    gaps: answers.flatMap(({ environment, unavailable }) => unavailable.map((part) => ({ ...part, environment }))),
  };
}
