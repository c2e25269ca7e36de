import type { BackendCapabilities, SecretBackend, SecretRef } from '@kici-dev/secret-backend';
import { caseIds, runConformance, type Fault, type Harness, type SeededSecret } from '@kici-dev/secret-backend-conformance';
import { describe, test } from 'node:test';

/** A stand-in for the service that speaks its protocol on 127.0.0.1. */
interface FakeStore {
  readonly address: string;
  put(secret: SeededSecret): Promise<{ readonly version: string }>;
  deny(ref: SecretRef): Promise<void>;
  misbehave(kind: Fault, times?: number): Promise<void>;
  recover(): Promise<void>;
  stop(): Promise<void>;
}
declare function startFakeStore(token: string): Promise<FakeStore>;
declare function openMyStore(address: string, token: string): SecretBackend;
declare const capabilities: BackendCapabilities;

const token = 'st-only-for-tests';
const harness: Harness = {
  async open() {
    const store = await startFakeStore(token);
    const backend = openMyStore(store.address, token);
    return {
      backend,
      seed: (secret) => store.put(secret),
      credentials: [token],
      provoke: {
        denyRead: (ref) => store.deny(ref),
        fault: (kind, times) => store.misbehave(kind, times),
        heal: () => store.recover(),
      },
      async dispose() {
        await backend.close();
        await store.stop();
      },
    };
  },
};

// One reason for each case that this service cannot be put into.
const noVersions = /^(outcome|listing)\.(deleted|destroyed|disabled|scheduled)$/;
const notProven = Object.fromEntries(caseIds.filter((id) => noVersions.test(id)).map((id) => [id, 'the service keeps one version and deletes at once']));

runConformance({ describe, test }, { name: 'my store (fake)', capabilities, harness, notProven });
