import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { missingVariable, type Lane } from '@kici-dev/secret-backend-conformance/testing';
import { parseJson } from '../../wire/json.ts';
import { realServer, type TestServer } from './server.ts';

export const openBaoLane: Lane = {
  name: 'openbao',
  missing: missingVariable('KICI_TEST_BAO', "the path of OpenBao's `bao`"),
};

export interface OpenBao extends TestServer {
  readonly address: string;
  /** The requests that the server itself has recorded so far. */
  audited(): Promise<readonly unknown[]>;
  /** The same server over TLS, with its authority's file; only if requested. */
  readonly secure: { readonly address: string; readonly caFile: string };
  stop(): Promise<void>;
}

/** An in-memory server for one test, ended by process id. */
export async function startOpenBao({ tls = false }: { readonly tls?: boolean } = {}): Promise<OpenBao> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-bao-'));
  const auditFile = join(folder, 'audit.log');
  const rootToken = 'root-of-the-test';
  const [port, securePort] = [await freePort(), await freePort()];
  const audit = `audit "file" "requests" {\n  options {\n    file_path = "${auditFile}"\n  }\n}\n`;
  // The plain listener beside the TLS one is for the test's own administration.
  const listener = `listener "tcp" {\n  address = "127.0.0.1:${port}"\n  tls_disable = true\n}\n`;
  await writeFile(join(folder, 'config.hcl'), tls ? audit + listener : audit);
  const child = spawn(
    process.env['KICI_TEST_BAO'] ?? '',
    [
      'server',
      tls ? '-dev-tls' : '-dev',
      ...(tls ? [`-dev-tls-cert-dir=${folder}`] : []),
      `-dev-listen-address=127.0.0.1:${tls ? securePort : port}`,
      `-dev-root-token-id=${rootToken}`,
      '-dev-no-store-token',
      `-config=${join(folder, 'config.hcl')}`,
    ],
    { stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  const address = `http://127.0.0.1:${port}`;
  await answers(port);
  return {
    ...realServer(address, rootToken),
    address,
    secure: { address: `https://127.0.0.1:${securePort}`, caFile: join(folder, 'vault-ca.pem') },
    async audited() {
      return (await readFile(auditFile, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map(parseJson);
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

async function answers(port: number): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${port}/v1/sys/health`).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > end) throw new Error('OpenBao does not answer');
    await wait(50);
  }
}
