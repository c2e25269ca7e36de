import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { freePort } from '../../test/support/free-port.ts';
import { endProcess, spawnPinned } from './process.ts';

const initialized = z.object({ keys: z.array(z.string()), root_token: z.string() });

/** OpenBao on its disk: raft storage, an audit file, KV 2 at `secret/`. Undefined where the machine has none. */
export async function startBaoOnDisk() {
  const program = process.env['KICI_TEST_BAO'];
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'kici-bench-bao-'));
  await mkdir(join(folder, 'raft'));
  const [port, cluster] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  await writeFile(
    join(folder, 'config.hcl'),
    `storage "raft" {\n  path = "${folder}/raft"\n  node_id = "one"\n}
listener "tcp" {\n  address = "127.0.0.1:${port}"\n  cluster_address = "127.0.0.1:${cluster}"\n  tls_disable = true\n}
audit "file" "requests" {\n  options {\n    file_path = "${folder}/audit.log"\n  }\n}
api_addr = "${url}"\ncluster_addr = "https://127.0.0.1:${cluster}"\nlog_level = "error"\n`,
  );
  const child = spawnPinned([program, 'server', `-config=${folder}/config.hcl`]);
  child.stdout?.resume();
  const ask = async (path: string, method: string, body: unknown, token = ''): Promise<unknown> => {
    const answer = await fetch(`${url}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`OpenBao answered ${answer.status} to ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  await untilItWorks(() => fetch(`${url}/v1/sys/init`));
  const { keys, root_token: token } = initialized.parse(
    await ask('sys/init', 'PUT', { secret_shares: 1, secret_threshold: 1 }),
  );
  await ask('sys/unseal', 'PUT', { key: keys[0] });
  await untilItWorks(() => ask('sys/mounts/secret', 'POST', { type: 'kv', options: { version: '2' } }, token));
  // The mount is upgraded to version 2 in the background.
  await untilItWorks(() => ask('secret/data/s', 'POST', { data: { K: 'v'.repeat(40) } }, token));
  return {
    child,
    url,
    token,
    async stop() {
      await endProcess(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilItWorks(ask: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await wait(100);
    }
  }
}
