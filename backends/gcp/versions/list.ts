import { BackendError, type CallContext, type VersionInfo } from '@kici-dev/secret-backend';
import { versionOf } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { stateOf } from './access.ts';
import { valueOf } from './add.ts';
import { pagesOf } from './pages.ts';
import { toRfc3339 } from './time.ts';

const pageSize = 1_000;

/** Newest first, as the service lists them; empty if there is no secret. Rejects with a `BackendError`. */
export async function listVersions(
  service: Service,
  id: string,
  context: CallContext,
): Promise<readonly VersionInfo[]> {
  const parent = service.resources.secret(id);
  const versions: VersionInfo[] = [];
  const pages = pagesOf(async (pageToken) => {
    const answer = await service.call('ListSecretVersions', context, async (client, options) => {
      const [items, , raw] = await client.listSecretVersions(
        { parent, pageSize, pageToken },
        { ...options, autoPaginate: false },
      );
      return [{ items, next: raw?.nextPageToken ?? '' }];
    });
    return pageToken === '' && !answer.ok && answer.failure.status === 'NOT_FOUND'
      ? { items: [], next: '' }
      : valueOf(answer);
  });
  for await (const page of pages) {
    for (const { name, state, createTime } of page) {
      const version = versionOf(name, id);
      if (version === undefined)
        throw new BackendError('bad_answer', { detail: 'Secret Manager listed a version of another secret' });
      const createdAt = toRfc3339(createTime);
      versions.push({
        version,
        ...(createdAt !== undefined && { createdAt }),
        current: versions.length === 0,
        readable: stateOf(state) === 'ENABLED',
      });
    }
  }
  return versions;
}
