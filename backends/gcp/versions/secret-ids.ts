import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { secretIdOf } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { valueOf } from './add.ts';
import { pagesOf } from './pages.ts';

/** The service gives 25,000 at most, and an answer may have 8 MiB. */
const usualPageSize = 1_000;
/** Where secrets have many labels and long annotations, of which each may have 16 KiB. */
const smallPageSize = 100;

/**
 * Every secret id of the project or region, page by page, each once. No filter is sent: the service's filters
 * match parts of names anywhere and know no prefix. Rejects with a `BackendError`.
 */
export async function* listSecretIds(service: Service, context: CallContext): AsyncGenerator<readonly string[]> {
  const { parent } = service.resources;
  const seen = new Set<string>();
  const ask = (pageToken: string, pageSize: number) =>
    service.call('ListSecrets', context, async (client, options) => {
      const [items, , raw] = await client.listSecrets(
        { parent, pageSize, pageToken },
        { ...options, autoPaginate: false },
      );
      return [{ items, next: raw?.nextPageToken ?? '' }];
    });
  let pageSize = usualPageSize;
  const pages = pagesOf(async (pageToken) => {
    const answer = await ask(pageToken, pageSize);
    if (answer.ok || answer.failure.error.code !== 'too_large' || pageSize === smallPageSize) return valueOf(answer);
    pageSize = smallPageSize;
    return valueOf(await ask(pageToken, pageSize));
  });
  for await (const page of pages) {
    const ids = page.map(({ name }) => secretIdOf(name) ?? strangeName());
    yield ids.filter((id) => !seen.has(id) && seen.add(id));
  }
}

function strangeName(): never {
  throw new BackendError('bad_answer', { detail: 'Secret Manager listed a secret with a malformed name' });
}
