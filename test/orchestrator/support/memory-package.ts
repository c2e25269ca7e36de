import { BackendError, type BackendDefinition, type SecretBackend } from '@kici-dev/secret-backend';
import { createMemoryBackend, memoryCapabilities } from '../../../src/conformance/reference/backend.ts';
import { MemoryService } from '../../../src/conformance/reference/service.ts';

/** A service that backends of the type `memory` find by its address, with everything that was done to it. */
export class CountedService extends MemoryService {
  readonly reads = new Array<string>();
  lists = 0;
  openInstances = 0;
  password = 'right';
  /** What it says where it refuses a password. */
  refusal = 'the service refused the password';
  /** Throws it as an error of its own, as no adapter should. */
  breaksContract = false;
  /** Writes are made, but their receipts are lost. */
  losesReceipts = false;
}

const registry = Symbol.for('test/memory-services');

/** One per address, shared by every copy of this module in the process. */
export function serviceAt(address: string): CountedService {
  const services: Map<string, CountedService> = Reflect.get(globalThis, registry) ?? new Map();
  Reflect.set(globalThis, registry, services);
  const known = services.get(address) ?? new CountedService();
  services.set(address, known);
  return known;
}

export const memoryDefinition: BackendDefinition = {
  type: 'memory',
  title: 'Memory',
  summary: 'a service in this process',
  capabilities: { ...memoryCapabilities, listConsistency: 'strong', declare: false },
  settings: {
    address: { type: 'address', required: true, description: 'where the service is', example: 'https://one.test' },
    password: { type: 'string', secret: true, required: true, description: 'the password', example: 'right' },
    consistency: {
      type: 'choice',
      choices: ['strong', 'eventual'],
      default: 'strong',
      description: 'how lists behave',
      example: 'strong',
    },
    readOnly: { type: 'boolean', default: false, description: 'refuses writes', example: 'false' },
  },
  create(settings, host) {
    host.log('info', 'creating', { address: String(settings['address']) });
    const service = serviceAt(String(settings['address']));
    service.openInstances += 1;
    return guarded(
      service,
      settings['password'],
      createMemoryBackend(service),
      settings['consistency'] === 'eventual',
      settings['readOnly'] === true,
    );
  },
};

function guarded(
  service: CountedService,
  password: unknown,
  backend: SecretBackend,
  eventual: boolean,
  readOnly: boolean,
): SecretBackend {
  const signIn = (): void => {
    const given =
      typeof password === 'object' && password !== null && 'text' in password && typeof password.text === 'function'
        ? String(password.text())
        : '';
    if (given !== service.password && service.breaksContract) throw new Error(service.refusal);
    if (given !== service.password) throw new BackendError('unauthenticated', { detail: service.refusal });
  };
  return {
    ...Object.fromEntries(Object.entries(backend).filter(([name]) => name !== 'declare')),
    capabilities: Object.freeze({
      ...memoryDefinition.capabilities,
      listConsistency: eventual ? 'eventual' : 'strong',
      write: !readOnly,
      scopes: !readOnly,
    }),
    async *list(query, context) {
      signIn();
      service.lists += 1;
      yield* backend.list(query, context);
    },
    async read(refs, context) {
      try {
        signIn();
      } catch (error) {
        return refs.map(() => (BackendError.is(error) ? error.toOutcome() : { status: 'absent' }));
      }
      service.reads.push(...refs.map(({ scope, key }) => `${scope} ${key}`));
      return backend.read(refs, context);
    },
    async check(context) {
      signIn();
      return backend.check(context);
    },
    async write(entry, context) {
      const receipt = await backend.write?.(entry, context);
      if (receipt === undefined || service.losesReceipts) throw new BackendError('timeout');
      return receipt;
    },
    async close() {
      service.openInstances -= 1;
      await backend.close();
    },
  };
}
