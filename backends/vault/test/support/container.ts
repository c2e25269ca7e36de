import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { missingVariable } from '@kici-dev/secret-backend-conformance/testing';
import { VaultContainer } from '@testcontainers/vault';
import { realServer } from './server.ts';
import type { RunningServer } from './real-suite.ts';

export const containerLane = { name: 'vault-container', missing: missingVariable('DOCKER_HOST', 'a container engine') };

/** The image that this package pins, unless the machine has another. */
function image(): string {
  const [, pinned = ''] =
    /^FROM (\S+)$/m.exec(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')) ?? [];
  return process.env['KICI_TEST_VAULT_IMAGE'] ?? pinned;
}

export async function startContainer(): Promise<RunningServer> {
  const rootToken = randomUUID();
  const container = await new VaultContainer(image()).withVaultToken(rootToken).start();
  return {
    ...realServer(container.getAddress(), rootToken),
    async stop() {
      await container.stop();
    },
  };
}
