import { fail } from 'node:assert/strict';
import type { SecretBackend, SecretRef } from '@kici-dev/secret-backend';
import type { Harness, Provocations } from '../harness.ts';
import { createMemoryBackend, listPageSize, memoryCapabilities } from './backend.ts';
import { MemoryService, type StoredSecret, type StoredVersion } from './service.ts';

export { memoryCapabilities };

/**
 * The reference backend with every verb.
 * @param wrap decorates the backend, such as with something that must keep the contract too
 */
export function memoryHarness(wrap: (backend: SecretBackend) => SecretBackend = (backend) => backend): Harness {
  return {
    listPageSize,
    async open() {
      const service = new MemoryService();
      const inner = createMemoryBackend(service);
      const backend = wrap(inner);
      return {
        backend,
        provoke: provocations(service),
        credentials: ['memory-credential-3c88d1'],
        async seed({ scope, key, value }) {
          return { version: String(service.put({ scope, key }, value).version) };
        },
        dispose: () => inner.close(),
      };
    },
  };
}

function provocations(service: MemoryService): Provocations {
  const secretOf = (ref: SecretRef): StoredSecret => service.find(ref) ?? fail('the secret to provoke exists');
  const current = (ref: SecretRef): StoredVersion =>
    secretOf(ref).versions.at(-1) ?? fail('the secret to provoke has a value');
  const setState =
    (state: StoredVersion['state']) =>
    async (ref: SecretRef): Promise<void> => {
      current(ref).state = state;
    };
  return {
    nameOnly: async (ref) => void service.touch(ref),
    deleteCurrent: setState('deleted'),
    destroyCurrent: setState('destroyed'),
    disableCurrent: setState('disabled'),
    corrupt: setState('corrupt'),
    nullValue: setState('null'),
    scheduleDeletion: async (ref) => void (secretOf(ref).scheduled = true),
    denyRead: async (ref) => void (secretOf(ref).denied = true),
    denyList: async (scope) => void service.deniedLists.add(scope),
    hideFromLists: async (ref) => void (secretOf(ref).hidden = true),
    fault: async (kind, times = Infinity) => {
      service.fault = kind;
      service.faultsLeft = times;
    },
    rejectCredentials: async () => {
      service.fault = 'expire';
      service.faultsLeft = Infinity;
      const before = service.requests;
      return () => service.requests - before;
    },
    heal: async () => {
      service.faultsLeft = 0;
    },
    requestCount: async () => service.requests,
  };
}
