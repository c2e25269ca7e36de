import { runConformance, type TestRunner } from '@kici-dev/secret-backend-conformance';
import type { BackendCapabilities } from '@kici-dev/secret-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLane, type Lane } from '@kici-dev/secret-backend-conformance/testing';
import { objectPerScopeCapabilities, secretPerKeyCapabilities } from '../../capabilities.ts';
import { rawClient } from './client.ts';
import type { RunningServer } from './server-process.ts';
import type { LayoutName } from './seeder.ts';
import { serverHarness } from './subject.ts';

interface ServerSuite {
  readonly lane: Lane;
  readonly title: string;
  /** Default: all. */
  readonly layouts?: readonly LayoutName[];
  readonly start: () => Promise<RunningServer>;
  readonly notProven: Readonly<Record<LayoutName, Readonly<Record<string, string>>>>;
  /** Cases in which the server itself is wrong, each with the reason. They must fail, and count as not proven. */
  readonly wrong: Readonly<Record<LayoutName, Readonly<Record<string, string>>>>;
}

function runnerFor(wrong: Readonly<Record<string, string>>): TestRunner {
  return {
    describe,
    test(name, body) {
      const reason = Object.entries(wrong).find(([id]) => name.startsWith(`${id}: `))?.[1];
      it(
        name,
        reason === undefined
          ? body
          : async (context) => {
              await expect(
                body(context),
                'the server is right after all: take the case off the list',
              ).rejects.toThrow();
              context.skip(reason);
            },
      );
    },
  };
}

const capabilities: Readonly<Record<LayoutName, BackendCapabilities>> = {
  'secret-per-key': secretPerKeyCapabilities,
  'object-per-scope': objectPerScopeCapabilities,
};

/** The conformance kit, and other tests, on a server that is started once. */
export function describeServer(
  { lane, title, layouts = ['secret-per-key', 'object-per-scope'], start, notProven, wrong }: ServerSuite,
  more: (endpoint: () => string) => void = () => undefined,
): void {
  describeLane({ describe, test: it }, lane, () => {
    let server: RunningServer | undefined;
    const endpoint = (): string => server?.endpoint ?? '';
    beforeAll(async () => {
      server = await start();
      // The server loads the service at the first call, which may take longer than a case allows.
      const client = rawClient(server.endpoint);
      await client.listSecrets({});
      client.destroy();
    }, 120_000);
    afterAll(() => server?.stop());
    for (const layout of layouts) {
      runConformance(runnerFor(wrong[layout]), {
        name: `aws, ${layout} (${title})`,
        capabilities: capabilities[layout],
        harness: serverHarness(layout, endpoint),
        notProven: notProven[layout],
      });
    }
    more(endpoint);
  });
}
