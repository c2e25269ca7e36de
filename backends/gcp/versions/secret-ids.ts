import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { secretIdOf } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { valueOf } from './add.ts';
import { pagesOf } from './pages.ts';

/** The service gives 25,000 at most; fewer keep an answer small where secrets have long annotations. */
const pageSize = 2_000;

/**
 * Every secret id of the project or region, page by page, each once. No filter is sent: the service's filters
 * match parts of names anywhere and know no prefix. Rejects with a `BackendError`.
 */
export async function* listSecretIds(service: Service, context: CallContext): AsyncGenerator<readonly string[]> {
  const { parent } = service.resources;
  const seen = new Set<string>();
  const pages = pagesOf(async (pageToken) =>
    valueOf(
      await service.call('ListSecrets', context, async (client, options) => {
        const [items, , raw] = await client.listSecrets(
          { parent, pageSize, pageToken },
          { ...options, autoPaginate: false },
        );
        return [{ items, next: raw?.nextPageToken ?? '' }];
      }),
    ),
  );
  for await (const page of pages) {
    const ids = page.map(({ name }) => secretIdOf(name) ?? strangeName());
    yield ids.filter((id) => !seen.has(id) && seen.add(id));
  }
}

function strangeName(): never {
  throw new BackendError('bad_answer', { detail: 'Secret Manager listed a secret whose name is none' });
}
