import { caseIds, runConformance, type Harness } from '@kici-dev/secret-backend-conformance';
import { describe, test } from 'node:test';
import { capabilities, createBackend, type Store } from './index.ts';

const harness: Harness = {
  async open() {
    const store: Store = new Map();
    const backend = createBackend(store);
    return {
      backend,
      // Bypasses the backend: use your service's own client or command.
      async seed({ scope, key, value }) {
        const id = `${scope}\n${key}`;
        const version = (store.get(id)?.version ?? 0) + 1;
        store.set(id, { scope, key, value, version });
        return { version: String(version) };
      },
      provoke: {},
      dispose: () => backend.close(),
    };
  },
};

// What a map in memory cannot show. A service with a network has most of these states and faults: give the harness
// their verbs, and take them off these lists.
const noNetwork =
  /^(holding|recovery|fault\.\w+|leaks\.fault|abort\.during|listing\.breaks-midway|batch\.few-requests)(\.(list|read|batch|write|delete|check|hang|reset|half_body|server_error|throttle|deny|expire|garbage|empty|partial_batch|flood|swarm))?$/;
const noState =
  /^(listing\.(denied-(folder|root)|deleted|destroyed|disabled|scheduled)|batch\.one-denied|reasons\.refusal|outcome\.(name-only|deleted|destroyed|disabled|scheduled|corrupt|null|denied)|leaks\.state\.(deleteCurrent|destroyCurrent|disableCurrent|scheduleDeletion|corrupt|denyRead))$/;
const notProven = Object.fromEntries(
  caseIds.flatMap((id) => {
    if (noNetwork.test(id)) return [[id, 'a map in memory has no network']];
    return noState.test(id) ? [[id, 'a map in memory has no such state']] : [];
  }),
);

runConformance({ describe, test }, { name: 'my-store', capabilities, harness, notProven });
