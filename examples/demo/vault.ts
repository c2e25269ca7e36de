import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface VaultServer {
  readonly address: string;
  readonly token: string;
  readonly child: ChildProcess;
}

/** The `bao` binary on PATH, if there is one. */
export function findBao(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'bao'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** An in-memory development server on a free port of this machine, with one secret. */
export async function startVault(bao: string, home: string): Promise<VaultServer> {
  const port = await freePort();
  const token = `demo-${crypto.randomUUID()}`;
  const child = spawn(
    bao,
    ['server', '-dev', `-dev-listen-address=127.0.0.1:${port}`, `-dev-root-token-id=${token}`, '-dev-no-store-token'],
    {
      env: { PATH: process.env['PATH'], HOME: home },
      stdio: 'ignore',
    },
  );
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (
      await fetch(`${address}/v1/sys/health`).then(
        (response) => response.ok,
        () => false,
      )
    )
      return { address, token, child };
    await wait(100);
  }
  throw new Error('the Vault-compatible server did not start within 10 seconds');
}

export async function putSecret(
  { address, token }: VaultServer,
  path: string,
  data: Readonly<Record<string, string>>,
): Promise<void> {
  const response = await fetch(`${address}/v1/secret/data/${path}`, {
    method: 'POST',
    headers: { 'x-vault-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  if (!response.ok) throw new Error(`the Vault-compatible server answered ${response.status}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
