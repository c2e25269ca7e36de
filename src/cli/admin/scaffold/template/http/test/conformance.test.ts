import { SecretValue } from '@kici-dev/secret-backend';
import { caseIds, runConformance, type Harness } from '@kici-dev/secret-backend-conformance';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { describe, test } from 'node:test';
import { capabilities, definition } from '../index.ts';
import { FakeService, idOf } from './fake-service.ts';

const token = 'st-only-for-tests';
const host = testHost({ resolveAddress: async () => [{ address: '127.0.0.1', family: 4 }] });

const harness: Harness = {
  listPageSize: 12,
  async open() {
    const service = new FakeService();
    const wire = await service.start(token);
    const backend = await definition.create({ address: wire.address, token: SecretValue.fromText(token) }, host);
    return {
      backend,
      credentials: [token],
      seed: async (secret) => service.put(secret),
      provoke: {
        denyRead: async (ref) => void service.deniedReads.add(idOf(ref)),
        denyList: async (scope) => void service.deniedFolders.add(scope),
        hideFromLists: async (ref) => void service.hidden.add(idOf(ref)),
        fault: async (kind, times) => wire.faults.set(kind, times),
        async rejectCredentials() {
          wire.faults.set('expire');
          const before = wire.requests.length;
          return () => wire.requests.length - before;
        },
        heal: async () => wire.faults.heal(),
        requestCount: async () => wire.count(),
      },
      async dispose() {
        await backend.close();
        await wire.stop();
      },
    };
  },
};

// States that this service does not have. If yours has one, give the harness its verb and take the case off the list.
const noState =
  /^(listing\.(deleted|destroyed|disabled|scheduled)|outcome\.(name-only|deleted|destroyed|disabled|scheduled|corrupt|null)|leaks\.state\.(deleteCurrent|destroyCurrent|disableCurrent|scheduleDeletion|corrupt))$/;
const notProven = Object.fromEntries(
  caseIds.filter((id) => noState.test(id)).map((id) => [id, 'the service has no such state']),
);

runConformance({ describe, test }, { name: 'my-store (fake)', capabilities, harness, notProven });
