import { isDeepStrictEqual } from 'node:util';
import {
  BackendError,
  contractMismatch,
  defineCapabilities,
  type BackendCapabilities,
  type BackendDefinition,
  type BackendHost,
  type SecretBackend,
  type Settings,
} from '@kici-dev/secret-backend';
import { ContractBreach } from './answers/breach.ts';
import type { Redactor } from './answers/redact.ts';

export interface Created {
  readonly backend: SecretBackend;
  readonly capabilities: BackendCapabilities;
}

/** An adapter's backend, made when it is first needed. */
export class AdapterLifecycle {
  readonly #create: () => Promise<Created>;
  #creating: Promise<Created> | undefined;
  #created: Created | undefined;

  constructor(definition: BackendDefinition, settings: Settings, host: BackendHost, redactor: Redactor) {
    this.#create = async () => {
      const mismatch = contractMismatch(definition);
      if (mismatch !== undefined)
        throw new ContractBreach(`the adapter for ${definition.type} ${mismatch}`, undefined, 'misconfigured');
      const backend = await makeBackend(() => definition.create(settings, host), redactor);
      if (!isBackend(backend, definition.capabilities))
        throw new ContractBreach(
          `what the adapter for ${definition.type} made is no backend: it has no ${whatLacks(backend, definition.capabilities)}`,
          undefined,
          'misconfigured',
        );
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
    const error = redactor.error(thrown);
    if (error instanceof ContractBreach) throw error.inCreation();
    const why = redactor.why('misconfigured', error.reason, error.about);
    throw new BackendError('misconfigured', { ...why, detail: error.detail ?? 'the adapter said no more' });
  }
}

/** The first thing by which it is no backend of the type; `undefined` where it is one. */
function whatLacks(made: unknown, declared: BackendCapabilities): string | undefined {
  if (typeof made !== 'object' || made === null) return 'methods at all';
  const method = ['list', 'read', 'check', 'close'].find((name) => typeof Reflect.get(made, name) !== 'function');
  if (method !== undefined) return `method ${method}`;
  const capabilities: unknown = Reflect.get(made, 'capabilities');
  if (typeof capabilities !== 'object' || capabilities === null) return 'capabilities';
  const wrong = Object.entries(declared).find(
    ([name, value]) => typeof Reflect.get(capabilities, name) !== typeof value,
  );
  return wrong === undefined ? undefined : `capability ${wrong[0]} of the kind that its type declares`;
}

function isBackend(made: unknown, declared: BackendCapabilities): made is SecretBackend {
  return whatLacks(made, declared) === undefined;
}
