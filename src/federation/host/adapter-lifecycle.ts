import { isDeepStrictEqual } from 'node:util';
import {
  BackendError,
  defineCapabilities,
  type BackendCapabilities,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import { ContractBreach } from './answers/breach.ts';
import type { Redactor } from './answers/redact.ts';

export interface Created {
  readonly backend: SecretBackend;
  readonly capabilities: BackendCapabilities;
}

/** What the host needs to create a backend. */
export interface Adapter {
  /** Its name in reports of contract breaches. */
  readonly type: string;
  /** The most that it can do. */
  readonly capabilities: BackendCapabilities;
  create(): SecretBackend | Promise<SecretBackend>;
}

/** An adapter's backend, created when it is first needed. */
export class AdapterLifecycle {
  readonly #create: () => Promise<Created>;
  #creating: Promise<Created> | undefined;
  #created: Created | undefined;

  constructor(adapter: Adapter, redactor: Redactor) {
    this.#create = async () => {
      const backend = await makeBackend(() => adapter.create(), redactor);
      if (!isBackend(backend, adapter.capabilities))
        throw new ContractBreach(
          `what the adapter for ${adapter.type} made is not a backend: it has no ${whatLacks(backend, adapter.capabilities)}`,
          undefined,
          'misconfigured',
        );
      const capabilities = isDeepStrictEqual({ ...backend.capabilities }, { ...adapter.capabilities })
        ? adapter.capabilities
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
   * A failed creation is tried again by the next call.
   * @throws BackendError `misconfigured`
   */
  get(): Promise<Created> {
    this.#creating ??= this.#create().catch((error: unknown) => {
      this.#creating = undefined;
      throw error;
    });
    return this.#creating;
  }

  /** The backend that exists or is being created, so that it can be closed. */
  async pending(): Promise<Created | undefined> {
    return this.#creating?.catch(() => undefined);
  }
}

/** Any failure to create an instance means wrong settings or a wrong package. */
async function makeBackend(create: () => unknown, redactor: Redactor): Promise<unknown> {
  try {
    return await create();
  } catch (thrown) {
    const error = redactor.error(thrown);
    if (error instanceof ContractBreach) throw error.inCreation();
    const why = redactor.why('misconfigured', error.reason, error.about);
    throw new BackendError('misconfigured', { ...why, detail: error.detail ?? 'the adapter gave no details' });
  }
}

/** The first mismatch with the type; `undefined` if there is none. */
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
