import { runConformance } from '@kici-dev/secret-backend-conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { capabilitiesFor, vaultHarness, type HarnessOptions } from './harness.ts';
import { notProven } from './not-proven.ts';
import { administer, type TestServer } from './server.ts';

export interface RunningServer extends TestServer {
  stop(): Promise<void>;
}

/** The conformance suites against a real server, wherever it runs. */
export function realSuite(
  name: string,
  start: () => Promise<RunningServer>,
  kvVersions: readonly HarnessOptions['kvVersion'][] = ['2', '1'],
): void {
  let running: RunningServer | undefined;
  beforeAll(async () => {
    running = await start();
    await administer(running, 'POST', 'sys/auth/approle', { type: 'approle' });
  }, 120_000);
  afterAll(async () => running?.stop());
  for (const kvVersion of kvVersions) {
    runConformance(
      { describe, test: it },
      {
        name: `vault kv${kvVersion} (${name})`,
        capabilities: capabilitiesFor({ kvVersion }),
        notProven: notProven[kvVersion],
        harness: vaultHarness(() => running ?? failToStart(), { kvVersion }),
      },
    );
  }
}

function failToStart(): never {
  throw new Error('the server did not start');
}
