import { BackendError, type CallContext, type HealthReport, type SecretBackend } from '@kici-dev/secret-backend';
import { check } from './check.ts';
import type { Layout } from './layouts/layout.ts';
import { interrupted } from './service/interruption.ts';
import type { Service } from './service/service.ts';

/** An opened instance: one layout over the service, which refuses closed and cancelled calls. */
export function createBackend(
  service: Service,
  layout: Layout,
  prefix: string,
  identity: string | undefined,
): SecretBackend {
  let closed = false;
  const start = (context: CallContext): void => {
    if (closed) throw new BackendError('closed');
    if (context.signal.aborted) throw interrupted(context, service.host.now(), 'no request was sent to the service');
  };
  return {
    capabilities: layout.capabilities,
    async *list(query, context) {
      start(context);
      yield* layout.list(query, context);
    },
    async read(refs, context) {
      if (closed) throw new BackendError('closed');
      return layout.read(refs, context);
    },
    async write(entry, context) {
      start(context);
      if (entry.expectedVersion !== undefined)
        throw new BackendError('unsupported', {
          detail: 'Secret Manager has no conditional writes (check-and-set)',
        });
      return layout.write(entry, context);
    },
    async delete(ref, context) {
      start(context);
      return layout.delete(ref, context);
    },
    async versions(ref, context) {
      start(context);
      return layout.versions(ref, context);
    },
    async restore(ref, context) {
      start(context);
      return layout.restore(ref, context);
    },
    async check(context): Promise<HealthReport> {
      start(context);
      const server = await check(service, layout, prefix, context);
      return { server, ...(identity !== undefined && { identity }) };
    },
    async close() {
      if (closed) return;
      closed = true;
      await service.close();
    },
  };
}
