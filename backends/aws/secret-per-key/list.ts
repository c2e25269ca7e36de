import type { CallContext, ListPage, ListQuery, SecretDescriptor, UnnameableSecret } from '@kici-dev/secret-backend';
import type { LayoutTools } from '../layout.ts';
import { describe, versionAt } from '../secrets/describe.ts';
import { listSecrets, type ListedSecret } from '../secrets/list.ts';
import { secretId, type SecretId } from '../secrets/secret-id.ts';
import { failureOf } from '../secrets/stored.ts';
import { mapBounded } from '../service/bounded.ts';
import type { Service } from '../service/service.ts';
import { placeOf } from './names.ts';

/** DescribeSecret has a quota of 40,000 per second. */
const parallelDescriptions = 10;

type Traits = Omit<SecretDescriptor, 'scope' | 'key'>;

/** The names below a query: shared secrets by their ARN, then what ListSecrets reports for the account. */
export async function* list(
  { config, service }: LayoutTools,
  query: ListQuery,
  context: CallContext,
): AsyncGenerator<ListPage> {
  const { prefix, sharedSecrets } = config;
  const below = query.scope === undefined ? prefix : `${prefix}${query.scope}/`;
  const shared = [...sharedSecrets.keys()].flatMap((name) => {
    const place = placeOf(prefix, name);
    return 'reason' in place || !name.startsWith(below) || !isAskedFor(place, query)
      ? []
      : [{ place, id: secretId(sharedSecrets, name) }];
  });
  if (shared.length > 0) {
    yield {
      secrets: await mapBounded(shared, parallelDescriptions, async ({ place, id }) => ({
        ...place,
        ...(await sharedTraits(service, id, context)),
      })),
    };
  }
  for await (const page of listSecrets(service, below, context)) {
    const secrets: SecretDescriptor[] = [];
    const unnameable: UnnameableSecret[] = [];
    for (const secret of page.filter(({ name }) => !sharedSecrets.has(name))) {
      const place = placeOf(prefix, secret.name);
      if ('reason' in place) unnameable.push({ name: secret.name, reason: place.reason });
      else if (isAskedFor(place, query)) secrets.push({ ...place, ...traits(secret) });
    }
    yield { secrets, ...(unnameable.length !== 0 && { unnameable }) };
  }
}

function isAskedFor(place: Pick<SecretDescriptor, 'scope'>, { scope, depth }: ListQuery): boolean {
  return depth === 'tree' || place.scope === scope;
}

function traits({ version, updatedAt, scheduledForDeletion }: Omit<ListedSecret, 'name'>): Traits {
  return {
    ...(updatedAt !== undefined && { updatedAt }),
    ...(version === undefined ? { declaredOnly: true } : { version }),
    ...(scheduledForDeletion && { problem: 'scheduled_for_deletion' }),
  };
}

/**
 * Lists never show a shared secret, so it is described. Its name comes from the settings; if it cannot be described it
 * is listed without a problem, because reading its value is a separate right.
 */
async function sharedTraits(service: Service, id: SecretId, context: CallContext): Promise<Traits> {
  try {
    const description = await describe(service, id, context);
    return description === undefined
      ? { problem: 'misconfigured' }
      : traits({ ...description, version: versionAt(description, 'AWSCURRENT') });
  } catch (error) {
    if (context.signal.aborted) throw error;
    return failureOf(error).code === 'ambiguous' ? { problem: 'ambiguous' } : {};
  }
}
