import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { secretIdOf } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { valueOf } from './add.ts';
import { pagesOf } from './pages.ts';

/** The service returns up to 25,000 per page, but an answer may have only 8 MiB. */
const usualPageSize = 1_000;
/** For secrets with many labels and long annotations, of up to 16 KiB each. */
const smallPageSize = 100;

/**
 * Every secret id of the project or region, page by page, each once. No filter is sent: the service's filters match
 * anywhere in a name and know no prefix. Rejects with a `BackendError`.
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
