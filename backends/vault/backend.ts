import {
  BackendError,
  unknown,
  type BackendHost,
  type CallContext,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import { capabilitiesOf } from './capabilities.ts';
import type { VaultConfig } from './config.ts';
import { requireRunning, within } from './interruption.ts';
import type { Service } from './kv/service.ts';

/** An instance, which loads the client library and connects with the first call. */
export function createBackend(config: VaultConfig, host: BackendHost): SecretBackend {
  const capabilities = capabilitiesOf(config);
  const closing = new AbortController();
  let opening: Promise<Service> | undefined;
  let closed: Promise<void> | undefined;

  const requireOpen = (): void => {
    if (closing.signal.aborted) throw new BackendError('closed');
  };
  const open = (context: CallContext): Promise<Service> => {
    opening ??= import('./kv/service.ts')
      .then(({ openService }) => openService(config, host))
      .catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    return within(opening, context);
  };
  /** Closing the instance ends its calls. */
  const scoped = (context: CallContext): CallContext => ({
    deadline: context.deadline,
    signal: AbortSignal.any([context.signal, closing.signal]),
  });
  const start = async (context: CallContext): Promise<[Service, CallContext]> => {
    requireOpen();
    requireRunning(context);
    const own = scoped(context);
    return [await open(own), own];
  };

  const end = async (): Promise<void> => {
    closing.abort(new BackendError('closed'));
    const service = await opening?.catch(() => undefined);
    await service?.close();
  };

  return {
    capabilities,
    async *list(query, context) {
      const [service, own] = await start(context);
      const { list } = await import('./kv/list.ts');
      yield* list(service, query, own);
    },
    async read(refs, context) {
      requireOpen();
      try {
        const [service, own] = await start(context);
        const { read } = await import('./kv/read.ts');
        const allowed = refs.filter(({ version }) => version === undefined || capabilities.versionPins);
        const outcomes = (await read(service, allowed, own)).values();
        return refs.map(
          ({ version }) =>
            (version === undefined || capabilities.versionPins ? outcomes.next().value : undefined) ??
            unknown('unsupported', 'version pins need kvVersion 2 in the settings'),
        );
      } catch (error) {
        if (!BackendError.is(error)) throw error;
        return refs.map(() => error.toOutcome());
      }
    },
    async write(entry, context) {
      const [service, own] = await start(context);
      if (entry.expectedVersion !== undefined && !capabilities.compareAndSet)
        throw new BackendError('unsupported', { detail: 'check-and-set needs kvVersion 2 in the settings' });
      const { write } = await import('./kv/write.ts');
      return write(service, entry, own);
    },
    async delete(ref, context) {
      const [service, own] = await start(context);
      const { remove } = await import('./kv/write.ts');
      return remove(service, ref, own);
    },
    ...(capabilities.versions && {
      async versions(ref, context) {
        const [service, own] = await start(context);
        const { versions } = await import('./kv/versions.ts');
        return versions(service, ref, own);
      },
    }),
    ...(capabilities.restore && {
      async restore(ref, context) {
        const [service, own] = await start(context);
        const { restore } = await import('./kv/write.ts');
        return restore(service, ref, own);
      },
    }),
    async check(context) {
      const [service, own] = await start(context);
      const { check } = await import('./kv/check.ts');
      return { server: `KV version ${await check(service, own)}` };
    },
    close() {
      closed ??= end();
      return closed;
    },
  };
}
