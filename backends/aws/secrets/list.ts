import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import type { Service } from '../service/service.ts';
import { pagesOf } from '../service/pages.ts';

/** MaxResults of ListSecrets (API model); the quota is 100 requests per second. */
const pageSize = 100;

/** A secret as lists show it, up to five minutes late. */
export interface ListedSecret {
  readonly name: string;
  /** The current version; undefined for a secret that never had a value. */
  readonly version: string | undefined;
  /** RFC 3339. */
  readonly updatedAt: string | undefined;
  readonly scheduledForDeletion: boolean;
}

/** Every secret whose name begins with the prefix, once. Includes those scheduled for deletion: they are not absent. */
export async function* listSecrets(
  service: Service,
  prefix: string,
  context: CallContext,
): AsyncGenerator<readonly ListedSecret[]> {
  const seen = new Set<string>();
  const filter = prefix === '' ? {} : { Filters: [{ Key: 'name' as const, Values: [prefix] }] };
  const ask = (next: { NextToken?: string }) =>
    service.call(context, 'ListSecrets', (client, options) =>
      client.listSecrets({ MaxResults: pageSize, IncludePlannedDeletion: true, ...filter, ...next }, options),
    );
  for await (const answer of pagesOf('ListSecrets', ask)) {
    if (answer.SecretList === undefined)
      throw new BackendError('bad_answer', { detail: 'ListSecrets: the answer has no list' });
    yield answer.SecretList.flatMap((entry): ListedSecret[] => {
      const { Name: name } = entry;
      if (name === undefined) throw new BackendError('bad_answer', { detail: 'ListSecrets: an entry has no name' });
      // The service matches prefixes of words, so it also returns names that merely contain ours.
      if (!name.startsWith(prefix) || seen.has(name)) return [];
      seen.add(name);
      return [
        {
          name,
          version: Object.entries(entry.SecretVersionsToStages ?? {}).find(([, stages]) =>
            stages.includes('AWSCURRENT'),
          )?.[0],
          updatedAt: entry.LastChangedDate?.toISOString(),
          scheduledForDeletion: entry.DeletedDate !== undefined,
        },
      ];
    });
  }
}
