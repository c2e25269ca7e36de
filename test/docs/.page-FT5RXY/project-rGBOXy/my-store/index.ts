import {
  absent,
  BackendError,
  contractVersion,
  defineCapabilities,
  found,
  quote,
  unknown,
  type BackendCapabilities,
  type BackendDefinition,
  type CallContext,
  type SecretBackend,
  type SecretDescriptor,
  type SecretValue,
  type ScopePath,
} from '@kici-dev/secret-backend';

export const capabilities: BackendCapabilities = defineCapabilities({
  write: true,
  delete: true,
  compareAndSet: false,
  versionPins: false,
  versions: false,
  restore: false,
  declare: false,
  scopes: false,
  binary: true,
  listConsistency: 'strong',
  listReadsValues: false,
  readBatchSize: 100,
  maxValueBytes: 65_536,
});

/** The store itself: put your service's client in its place. */
export type Store = Map<string, { scope: ScopePath; key: string; value: SecretValue; version: number }>;

export function createBackend(store: Store): SecretBackend {
  let closed = false;
  const idOf = ({ scope, key }: { scope: ScopePath; key: string }): string => `${scope}\n${key}`;
  const interrupted = ({ signal }: CallContext): BackendError | undefined => {
    if (!signal.aborted) return undefined;
    return new BackendError(
      signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError' ? 'timeout' : 'aborted',
    );
  };
  const begin = (context: CallContext): void => {
    const problem = closed ? new BackendError('closed') : interrupted(context);
    if (problem !== undefined) throw problem;
  };
  return {
    capabilities,
    async *list({ scope, depth }, context) {
      begin(context);
      const wanted = (one: { scope: ScopePath }): boolean =>
        scope === undefined || one.scope === scope || (depth === 'tree' && one.scope.startsWith(`${scope}/`));
      yield {
        secrets: [...store.values()]
          .filter(wanted)
          .map((one): SecretDescriptor => ({ scope: one.scope, key: one.key, version: String(one.version) })),
      };
    },
    async read(refs, context) {
      if (closed) throw new BackendError('closed');
      const problem = interrupted(context);
      // Each secret gets its own outcome: what could not be determined is unknown, never absent.
      return refs.map((ref) => {
        if (problem !== undefined) return problem.toOutcome();
        if (ref.version !== undefined) return unknown('unsupported', 'this store keeps one version');
        const stored = store.get(idOf(ref));
        return stored === undefined ? absent : found(stored.value, String(stored.version));
      });
    },
    async write({ scope, key, value, expectedVersion }, context) {
      begin(context);
      if (expectedVersion !== undefined)
        throw new BackendError('unsupported', { detail: 'this store has no check-and-set' });
      if (value.byteLength > capabilities.maxValueBytes)
        throw new BackendError('too_large', { detail: `the value of ${quote(key)} has ${value.byteLength} bytes` });
      const version = (store.get(idOf({ scope, key }))?.version ?? 0) + 1;
      store.set(idOf({ scope, key }), { scope, key, value, version });
      return { version: String(version), updatedAt: new Date().toISOString() };
    },
    async delete(ref, context) {
      begin(context);
      return { existed: store.delete(idOf(ref)) };
    },
    async check(context) {
      begin(context);
      return { server: 'my-store' };
    },
    close: async () => {
      closed = true;
    },
  };
}

export const definition: BackendDefinition = {
  contract: contractVersion,
  type: 'my-store',
  title: 'My store',
  summary: 'Keeps secrets in memory, until you make it your own',
  capabilities,
  // What an operator can set, as `kici-admin backend types` shows it; validated before `create` is called.
  settings: {},
  create: () => createBackend(new Map()),
};
