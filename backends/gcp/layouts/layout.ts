import type {
  BackendCapabilities,
  CallContext,
  DeleteReceipt,
  ListPage,
  ListQuery,
  ReadOutcome,
  SecretRef,
  SecretWrite,
  VersionInfo,
  WriteReceipt,
} from '@kici-dev/secret-backend';

/**
 * A way to keep scopes and keys in the service's secrets. Rejects with a `BackendError`; `read` never for a single ref.
 */
export interface Layout {
  readonly capabilities: BackendCapabilities;
  list(query: ListQuery, context: CallContext): AsyncIterable<ListPage>;
  read(refs: readonly SecretRef[], context: CallContext): Promise<readonly ReadOutcome[]>;
  write(entry: SecretWrite, context: CallContext): Promise<WriteReceipt>;
  delete(ref: SecretRef, context: CallContext): Promise<DeleteReceipt>;
  versions(ref: SecretRef, context: CallContext): Promise<readonly VersionInfo[]>;
  restore(ref: Required<SecretRef>, context: CallContext): Promise<WriteReceipt>;
  /** Whether this backend uses the id. */
  holds(id: string): boolean;
}

export function isBelow(scope: string, query: ListQuery): boolean {
  return (
    query.scope === undefined ||
    scope === query.scope ||
    (query.depth === 'tree' && scope.startsWith(`${query.scope}/`))
  );
}
