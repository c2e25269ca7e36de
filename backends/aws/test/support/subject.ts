import { SecretValue, type BackendHost, type SecretBackend, type Settings } from '@kici-dev/secret-backend';
import type { Harness, Provocations, Subject } from '@kici-dev/secret-backend-conformance';
import { awsDefinition } from '../../index.ts';
import { FakeAws, region, staticKey } from '../fake/fake-aws.ts';
import { rawClient, staticSecret } from './client.ts';
import { createTestHost } from './host.ts';
import { secretName, seed, seedNull, type LayoutName } from './seeder.ts';

/** Settings as the host passes them, with static keys. */
export function testSettings(endpoint: string, overrides: Settings = {}): Settings {
  return {
    region,
    endpoint,
    layout: 'secret-per-key',
    prefix: '',
    'auth.method': 'keys',
    'auth.accessKeyId': staticKey,
    'auth.secretAccessKey': SecretValue.fromText(staticSecret),
    'auth.stsEndpoint': endpoint,
    deletionWindowDays: 30,
    ...overrides,
  };
}

export async function openBackend(
  endpoint: string,
  overrides: Settings = {},
  host: BackendHost = createTestHost(),
): Promise<SecretBackend> {
  return awsDefinition.create(testSettings(endpoint, overrides), host);
}

/** Everything under this prefix belongs to one case. */
let prefixes = 0;
const newPrefix = (): string => `case-${process.pid}-${(prefixes += 1)}/`;

async function openSubject(
  endpoint: string,
  layout: LayoutName,
  prefix: string,
  provoke: Provocations,
  dispose: () => Promise<void>,
): Promise<Subject> {
  const client = rawClient(endpoint);
  const backend = await openBackend(endpoint, { layout, prefix });
  return {
    backend,
    credentials: [staticKey, staticSecret],
    seed: (secret) => seed(client, layout, prefix, secret),
    provoke: {
      async nameOnly(ref) {
        await client.createSecret({ Name: secretName(layout, prefix, ref) });
      },
      async scheduleDeletion(ref) {
        await client.deleteSecret({ SecretId: secretName(layout, prefix, ref) });
      },
      ...(layout === 'object-per-scope' && {
        nullValue: async ({ scope, key }) => seedNull(client, `${prefix}${scope}`, key),
      }),
      ...provoke,
    },
    async dispose() {
      await backend.close();
      client.destroy();
      await dispose();
    },
  };
}

/** A fake per case, with every state and fault of the service. */
export function fakeHarness(layout: LayoutName): Harness {
  return {
    listPageSize: 12,
    async open() {
      const fake = await FakeAws.start();
      fake.pageLimit = 12;
      const prefix = 'team/ci/';
      const nameOf = (ref: Parameters<typeof secretName>[2]): string => secretName(layout, prefix, ref);
      return openSubject(
        fake.endpoint,
        layout,
        prefix,
        {
          async corrupt(ref) {
            fake.access.breakKey(nameOf(ref));
          },
          async denyRead(ref) {
            fake.access.denyValue(nameOf(ref));
          },
          ...(layout === 'secret-per-key'
            ? {
                async hideFromLists(ref) {
                  fake.access.hidden.add(nameOf(ref));
                },
              }
            : {
                async denyList(scope) {
                  fake.access.denyValue(`${prefix}${scope}`, true);
                },
              }),
          async fault(kind, times) {
            fake.faults.set(kind, times);
          },
          async rejectCredentials() {
            fake.faults.set('expire');
            const before = fake.requests.length;
            return () => fake.requests.length - before;
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
}

/** Cases share a server, each under its own prefix. */
export function serverHarness(layout: LayoutName, endpoint: () => string): Harness {
  return {
    listPageSize: 100,
    open: () => openSubject(endpoint(), layout, newPrefix(), {}, async () => undefined),
  };
}
