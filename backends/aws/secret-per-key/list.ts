import type { CallContext, ListPage, ListQuery, SecretDescriptor, UnnameableSecret } from '@kici-dev/secret-backend';
import type { LayoutTools } from '../layout.ts';
import { listSecrets, type ListedSecret } from '../secrets/list.ts';
import { placeOf } from './names.ts';

export async function* list({ config, service }: LayoutTools, query: ListQuery, context: CallContext): AsyncGenerator<ListPage> {
  const prefix = query.scope === undefined ? config.prefix : `${config.prefix}${query.scope}/`;
  for await (const page of listSecrets(service, prefix, context)) {
    const secrets: SecretDescriptor[] = [];
    const unnameable: UnnameableSecret[] = [];
    for (const secret of page) {
      const place = placeOf(config.prefix, secret.name);
      if ('reason' in place) unnameable.push({ name: secret.name, reason: place.reason });
      else if (query.depth === 'tree' || place.scope === query.scope) secrets.push({ ...place, ...describeListed(secret) });
    }
    yield { secrets, ...(unnameable.length === 0 ? {} : { unnameable }) };
  }
}

function describeListed({ version, updatedAt, scheduledForDeletion }: ListedSecret): Omit<SecretDescriptor, 'scope' | 'key'> {
  return {
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(version === undefined ? { declaredOnly: true } : { version }),
    ...(scheduledForDeletion ? { problem: 'scheduled_for_deletion' } : {}),
  };
}
