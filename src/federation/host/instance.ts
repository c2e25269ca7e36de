import { isDeepStrictEqual } from 'node:util';
import {
  BackendError,
  defineCapabilities,
  type BackendCapabilities,
  type BackendDefinition,
  type BackendHost,
  type SecretBackend,
  type Settings,
} from '@kici-dev/secret-backend';
import type { Redactor } from './answers/redact.ts';

export interface Created {
  readonly backend: SecretBackend;
  readonly capabilities: BackendCapabilities;
}

/** An adapter's backend, made when it is first needed. */
export class Instance {
  readonly #create: () => Promise<Created>;
  #creating: Promise<Created> | undefined;
  #created: Created | undefined;

  constructor(definition: BackendDefinition, settings: Settings, host: BackendHost, redactor: Redactor) {
    this.#create = async () => {
      const backend = await makeBackend(() => definition.create(settings, host), redactor);
      if (!isBackend(backend, definition.capabilities)) {
        throw new BackendError('misconfigured', {
          detail: `what the adapter for ${definition.type} made is no backend`,
        });
      }
      const capabilities = isDeepStrictEqual({ ...backend.capabilities }, { ...definition.capabilities })
        ? definition.capabilities
        : defineCapabilities(backend.capabilities);
      this.#created = { backend, capabilities };
      return this.#created;
    };
  }

  /** Undefined until it exists. */
  get created(): Created | undefined {
    return this.#created;
  }

  /**
   * A creation that failed is tried again by the next call.
   * @throws BackendError `misconfigured`
   */
  get(): Promise<Created> {
    this.#creating ??= this.#create().catch((error: unknown) => {
      this.#creating = undefined;
      throw error;
    });
    return this.#creating;
  }

  /** What was made or is being made, so that it can be closed. */
  async pending(): Promise<Created | undefined> {
    return this.#creating?.catch(() => undefined);
  }
}

/** Whatever keeps an instance from being made, its settings or its package are wrong. */
async function makeBackend(create: () => unknown, redactor: Redactor): Promise<unknown> {
  try {
    return await create();
  } catch (thrown) {
    const { detail = 'the adapter said no more' } = redactor.error(thrown);
    throw new BackendError('misconfigured', { detail });
  }
}

function isBackend(made: unknown, declared: BackendCapabilities): made is SecretBackend {
  if (typeof made !== 'object' || made === null) return false;
  const methods = ['list', 'read', 'check', 'close'].map((name): unknown => Reflect.get(made, name));
  const capabilities: unknown = Reflect.get(made, 'capabilities');
  return (
    methods.every((method) => typeof method === 'function') &&
    typeof capabilities === 'object' &&
    capabilities !== null &&
    Object.entries(declared).every(([name, value]) => typeof Reflect.get(capabilities, name) === typeof value)
  );
}
