import { concurrentRunner } from '@kici-dev/secret-backend-conformance/testing';
import type { Settings } from '@kici-dev/secret-backend';
import { faults, type Harness, type Provocations } from '@kici-dev/secret-backend-conformance';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, it } from 'vitest';
import { objectPerScope, secretPerKey } from '../capabilities.ts';
import { goodToken, startFake, type RunningFake } from './server/start.ts';
import { add, keyStore, objectStore, type Store } from './support/store.ts';
import { openBackend, transports, type Transport } from './support/subject.ts';

const listPageSize = 20;

function harness(
  transport: Transport,
  settings: Settings,
  storeOf: (model: RunningFake['model']) => Store,
  extra: (fake: RunningFake, store: Store) => Provocations,
): Harness {
  return {
    listPageSize,
    async open() {
      const fake = await startFake({ maxPageSize: listPageSize });
      const store = storeOf(fake.model);
      const backend = await openBackend(fake, transport, settings);
      return {
        backend,
        credentials: [goodToken],
        seed: async (secret) => ({ version: String(store.seed(secret).number) }),
        provoke: { ...provocations(fake, store), ...extra(fake, store) },
        async dispose() {
          await backend.close();
          await fake.stop();
        },
      };
    },
  };
}

function provocations({ model, service }: RunningFake, store: Store): Provocations {
  const newest = (ref: Parameters<Store['idOf']>[0]) => model.version(store.idOf(ref), 'latest', false);
  return {
    nameOnly: async (ref) => void model.create(store.idOf(ref)),
    destroyCurrent: async (ref) => model.destroy(store.idOf(ref), newest(ref)),
    async disableCurrent(ref) {
      newest(ref).state = 'DISABLED';
    },
    async corrupt(ref) {
      newest(ref).data?.write('#');
    },
    async denyRead(ref) {
      const denied = store.idOf(ref);
      model.denied.push((permission, id) => permission !== 'secretmanager.secrets.list' && id === denied);
    },
    fault: async (kind, times) => service.faults.set(kind, times),
    faults: faults.filter((fault) => fault !== 'partial_batch'),
    async rejectCredentials() {
      service.faults.set('expire');
      const before = service.requests.length;
      return () => service.requests.length - before;
    },
    heal: async () => service.faults.heal(),
    requestCount: async () => service.requests.length,
  };
}

/** The service has no such state, so it cannot be brought about. */
const notOfThisService = {
  'outcome.deleted': 'a version of Secret Manager is enabled, disabled or destroyed; none can be undeleted',
  'listing.deleted': 'a version of Secret Manager is enabled, disabled or destroyed; none can be undeleted',
  'listing.scheduled': 'a secret is deleted at once; only a version can be scheduled, and it is disabled until then',
  'leaks.state.deleteCurrent': 'a version of Secret Manager is enabled, disabled or destroyed; none can be undeleted',
  'outcome.scheduled': 'a secret is deleted at once; only a version can be scheduled, and it is disabled until then',
  'leaks.state.scheduleDeletion':
    'a secret is deleted at once; only a version can be scheduled, and it is disabled until then',
  'fault.partial_batch.batch': 'no call of Secret Manager reads more than one secret',
  'leaks.fault.partial_batch': 'no call of Secret Manager reads more than one secret',
};

for (const transport of transports) {
  proveAlsoThroughHost(concurrentRunner(describe, it), {
    name: `gcp secret-per-key over ${transport}`,
    capabilities: secretPerKey,
    harness: harness(transport, { layout: 'secret-per-key' }, keyStore, ({ model }, store) => ({
      async hideFromLists(ref) {
        model.secret(store.idOf(ref)).hiddenFromLists = true;
      },
    })),
    notProven: {
      ...notOfThisService,
      'outcome.null': 'the payload of a secret is bytes, and none of them is null',
      'listing.denied-folder': 'the right to list is one for the whole project',
      'listing.denied-root': 'the right to list is one for the whole project',
    },
  });
  proveAlsoThroughHost(concurrentRunner(describe, it), {
    name: `gcp object-per-scope over ${transport}`,
    capabilities: objectPerScope,
    harness: harness(transport, { layout: 'object-per-scope' }, objectStore, ({ model }, store) => ({
      nullValue: async (ref) => void add(model, store.idOf(ref), JSON.stringify({ [ref.key]: null })),
      async denyList(scope) {
        const denied = store.idsBelow(scope);
        model.denied.push(
          (permission, id) => permission === 'secretmanager.versions.access' && id !== undefined && denied.includes(id),
        );
      },
    })),
    notProven: {
      ...notOfThisService,
      'listing.hidden':
        'the names of a scope are the fields of its object: what is readable is listed, or its whole scope is missing',
    },
  });
}
