import { BackendError, type CallContext, type SecretBackend } from '@kici-dev/secret-backend';
import type { Listing, ListingRequest } from './listing.ts';

/** Runs one listing to its end. A failure, even after some pages, leaves nothing known. */
export async function listNames(backend: Pick<SecretBackend, 'list'>, request: ListingRequest, context: CallContext): Promise<Listing> {
  const secrets: Listing['secrets'][number][] = [];
  const unlisted: Listing['unlisted'][number][] = [];
  const unnameable: Listing['unnameable'][number][] = [];
  try {
    for await (const page of backend.list(request.query, context)) {
      secrets.push(...page.secrets);
      unlisted.push(...page.unlisted ?? []);
      unnameable.push(...page.unnameable ?? []);
    }
  } catch (error) {
    return { ...request, secrets: [], unlisted: [], unnameable: [], failure: BackendError.is(error) ? error.code : 'server_error' };
  }
  return { ...request, secrets, unlisted, unnameable };
}
