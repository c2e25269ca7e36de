import { internalBackendName } from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/errors.ts';
import type { Call } from '../caller.ts';
import type { Instances } from './instances.ts';
import type { BackendStore } from './store.ts';

/** Gives open backends to those who call them directly. */
export interface Backends {
  /** @throws ApiError `not_found`; BackendError when it could not be opened */
  require(call: Call, name: string): Promise<HostedBackend>;
  /** What was written through us must show at once, here and in every other orchestrator. */
  written(call: Call, name: string): Promise<void>;
}

export function createBackends(instances: Instances, store: BackendStore): Backends {
  return {
    async require(call, name) {
      const instance = (await instances.of(call)).get(name);
      if (instance === undefined) throw new ApiError('not_found', `there is no backend ${name}`, 'see `kici-admin backend list`');
      if ('failure' in instance.state) throw instance.state.failure;
      return instance.state.open;
    },
    async written(call, name) {
      if (name !== internalBackendName) await store.markWritten(call.organization, name);
    },
  };
}

/** @throws ApiError `unsupported` */
export function unsupported(name: string, action: string): ApiError {
  return new ApiError('unsupported', `the backend ${name} cannot ${action}`, `\`kici-admin backend show ${name}\` tells what it can; do this in the service itself, or use a scope of another backend`);
}
