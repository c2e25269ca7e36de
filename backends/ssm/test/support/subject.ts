import { SSM } from '@aws-sdk/client-ssm';
import {
  SecretValue,
  type BackendHost,
  type SecretBackend,
  type SecretRef,
  type Settings,
} from '@kici-dev/secret-backend';
import type { Harness, Provocations, Subject } from '@kici-dev/secret-backend-conformance';
import { createTestHost } from '../../../aws/test/support/host.ts';
import { ssmDefinition } from '../../index.ts';
import { FakeSsm, region, staticKey } from '../fake/fake-ssm.ts';

export const staticSecret = 'static-secret-key-77b1a2c9e0';

/** Settings as the host passes them. */
export function testSettings(endpoint: string, overrides: Settings = {}): Settings {
  return {
    region,
    endpoint,
    path: '',
    type: 'SecureString',
    tier: 'Standard',
    'auth.method': 'keys',
    'auth.accessKeyId': staticKey,
    'auth.secretAccessKey': SecretValue.fromText(staticSecret),
    'auth.stsEndpoint': endpoint,
    ...overrides,
  };
}

export async function openBackend(
  endpoint: string,
  overrides: Settings = {},
  host: BackendHost = createTestHost(),
): Promise<SecretBackend> {
  return ssmDefinition.create(testSettings(endpoint, overrides), host);
}

/** Our own client, for seeding. */
export function rawClient(endpoint: string): SSM {
  return new SSM({
    region,
    endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId: staticKey, secretAccessKey: staticSecret },
  });
}

/** The name that the docs promise for a place. */
const parameterName = (path: string, { scope, key }: SecretRef): string => `${path}/${scope}/${key}`;

async function openSubject(
  endpoint: string,
  path: string,
  provoke: Provocations,
  dispose: () => Promise<void>,
): Promise<Subject> {
  const client = rawClient(endpoint);
  const backend = await openBackend(endpoint, { path });
  return {
    backend,
    credentials: [staticKey, staticSecret],
    async seed({ scope, key, value }) {
      const { Version } = await client.putParameter({
        Name: parameterName(path, { scope, key }),
        Value: value.text() ?? '',
        Type: 'SecureString',
        Overwrite: true,
      });
      return Version === undefined ? {} : { version: `${Version}` };
    },
    provoke,
    async dispose() {
      await backend.close();
      client.destroy();
      await dispose();
    },
  };
}

/** A fake per case, with every state and fault of the service. */
export const fakeHarness: Harness = {
  listPageSize: 12,
  acknowledgesWithoutBody: ['delete'],
  async open() {
    const fake = await FakeSsm.start();
    fake.pageLimit = 12;
    const path = '/team/ci';
    return openSubject(
      fake.endpoint,
      path,
      {
        async corrupt(ref) {
          fake.store.undecryptable.add(parameterName(path, ref));
        },
        async denyRead(ref) {
          fake.store.denied.add(parameterName(path, ref));
        },
        async hideFromLists(ref) {
          fake.store.hidden.add(parameterName(path, ref));
        },
        async fault(kind, times) {
          fake.faults.set(kind, times);
        },
        async rejectCredentials() {
          fake.faults.set('expire');
          const before = fake.count();
          return () => fake.count() - before;
        },
        async heal() {
          fake.faults.heal();
        },
        requestCount: async () => fake.count(),
      },
      () => fake.stop(),
    );
  },
};

let paths = 0;

/** Cases share a server, each at its own path. */
export function serverHarness(endpoint: () => string): Harness {
  return {
    listPageSize: 10,
    acknowledgesWithoutBody: ['delete'],
    open: () => openSubject(endpoint(), `/case-${process.pid}-${(paths += 1)}`, {}, async () => undefined),
  };
}
