import { internalBackendName } from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import type { Instances } from './instances.ts';
import type { BackendStore } from './store.ts';

/** By optional method: what a backend without it cannot do. */
const abilities = Object.freeze({
  write: 'be written to',
  declare: 'hold a name without a value',
  delete: 'delete',
  versions: 'list versions',
  restore: 'restore a version',
});

type OptionalMethod = keyof typeof abilities;

/** Gives open backends to code that calls them directly. */
export interface OpenBackends {
  /** @throws ApiError `not_found`; BackendError when it could not be opened */
  require(call: Call, name: string): Promise<HostedBackend>;
  /** For an optional method of a backend. @throws ApiError `not_found`, `unsupported`; BackendError as `require` */
  requireMethod<Method extends OptionalMethod>(
    call: Call,
    name: string,
    method: Method,
  ): Promise<NonNullable<HostedBackend[Method]>>;
  /**
   * Makes a write show at once, here and on every other orchestrator, even one that failed: it may have taken effect.
   * @throws ApiError `database_unavailable`: it was done, and others may not know; what the effect throws
   */
  change<T>(call: Call, name: string, effect: Promise<T>): Promise<T>;
}

export function createOpenBackends(instances: Instances, store: BackendStore): OpenBackends {
  async function requireOpen(call: Call, name: string): Promise<HostedBackend> {
    const instance = (await instances.of(call)).get(name);
    if (instance === undefined)
      throw new ApiError('not_found', `there is no backend ${name}`, 'see `kici-admin backend list`');
    if ('failure' in instance.state) throw instance.state.failure;
    return instance.state.open;
  }

  return {
    require: requireOpen,
    async requireMethod(call, name, method) {
      const backend = await requireOpen(call, name);
      const { [method]: run } = backend;
      if (run === undefined || !(await backend.ready())[method]) throw unsupported(name, abilities[method]);
      return run;
    },
    async change(call, name, effect) {
      if (name === internalBackendName) return effect;
      const result = await effect.catch(async (error: unknown) => {
        await store.markWritten(call.organization, name).catch(() => undefined);
        throw error;
      });
      try {
        await store.markWritten(call.organization, name);
      } catch (error) {
        throw notNoted(name, error);
      }
      return result;
    },
  };
}

function notNoted(name: string, cause: unknown): ApiError {
  const error = new ApiError(
    'database_unavailable',
    `the change was made in the backend ${name}, but could not be noted in the database: orchestrators may go on for a while with what they remember`,
    'look at the current state before you repeat it',
  );
  error.cause = cause;
  return error;
}

/** @throws ApiError `unsupported` */
export function unsupported(name: string, action: string): ApiError {
  return new ApiError(
    'unsupported',
    `the backend ${name} cannot ${action}`,
    `\`kici-admin backend show ${name}\` shows what it can do; do this in the service itself, or use a scope of another backend`,
  );
}
