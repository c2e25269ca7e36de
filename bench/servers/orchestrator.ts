import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type ApiClient } from '../../src/api/client.ts';
import { createSessionKeyPair } from '../../src/api/job-seal.ts';
import { localTokenFile } from '../../src/api/local-credentials.ts';
import { operations } from '../../src/api/registry.ts';
import { moveData } from '../../src/composition/move/move-data.ts';
import { makeDatabase, runSql, serverUrl } from '../../test/support/postgres.ts';
import type { Target } from './load.ts';
import { endProcess, spawnPinned, urlOf } from './process.ts';

/** For the key of every data folder of a bench. */
export const keyText = 'ab'.repeat(32);
const ownProgram = join(import.meta.dirname, '../../src/cli/bin/kici-orchestrator.mjs');

/** PostgreSQL: the server of the tests, in a database of its own. */
export type Engine = 'SQLite' | 'PostgreSQL';

export type BenchServer = Awaited<ReturnType<typeof startOrchestrator>>;

/**
 * The orchestrator as a program of its own.
 * @param fill puts secrets into the data folder before it starts
 * @param engine where it keeps its data; what was filled in is moved to a database that ends with it
 * @param program default: that of the checkout
 */
export async function startOrchestrator(
  fill: (dataDir: string) => Promise<unknown> = async () => undefined,
  engine: Engine = 'SQLite',
  program: string = ownProgram,
) {
  const home = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const dataDir = join(home, 'data');
  await fill(dataDir);
  const database = engine === 'SQLite' ? undefined : await makeDatabase();
  if (database !== undefined) await moveTo(database, dataDir);
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    KICI_DATA_DIR: dataDir,
    KICI_SECRET_KEY: keyText,
    KICI_PORT: '0',
    // As the image and the unit have it.
    NODE_OPTIONS: '--max-semi-space-size=4',
    ...(database !== undefined && { KICI_DATABASE_URL: serverUrl(database) }),
  };
  const flags = (process.env['KICI_BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
  const child = spawnPinned([process.execPath, ...flags, program], { cwd: home, env });
  const url = await urlOf(child);
  const token = (await readFile(localTokenFile(url, env), 'utf8')).trim();
  const clientOf = (organization: string): ApiClient => createClient({ url, organization, token });
  const client = clientOf('default');
  return {
    child,
    url,
    client,
    clientOf,
    /** The least that it answers. */
    live: { path: '/health/live', method: 'GET', headers: {}, body: '' } satisfies Target,
    write: (key: string): Target => ({
      path: '/api/v1/orgs/default/secrets',
      method: 'PUT',
      headers: headersOf(token),
      body: JSON.stringify({ scope: 's', key, value: 'dmFsdWUtb2YtdGhlLWtleQ==' }),
    }),
    openJob: (environment: string) =>
      client.call(operations['jobs.open'], {
        environment,
        workflow: 'w',
        job: 'j',
        agentPublicKey: Buffer.from(createSessionKeyPair().publicKey).toString('base64'),
      }),
    /** As `openJob`, for a wire of one's own: who measures has no time to check what comes back. */
    openTarget: (environment: string): Target => ({
      path: '/api/v1/orgs/default/jobs',
      method: 'POST',
      headers: headersOf(token),
      body: JSON.stringify({
        environment,
        workflow: 'w',
        job: 'j',
        agentPublicKey: Buffer.from(createSessionKeyPair().publicKey).toString('base64'),
      }),
    }),
    async stop() {
      await endProcess(child);
      if (database !== undefined) await runSql(serverUrl(), `drop database "${database}"`);
      await rm(home, { recursive: true });
    },
  };
}

async function moveTo(database: string, dataDir: string): Promise<void> {
  const key = { kind: 'text', text: keyText, name: 'the key of the bench' } as const;
  await moveData({ from: dataDir, to: { url: serverUrl(database) }, key });
}

export function readOf(
  job: { readonly jobId: string; readonly jobToken: string },
  keys: readonly string[],
  organization = 'default',
): Target {
  return {
    path: `/api/v1/orgs/${organization}/jobs/${job.jobId}/secrets`,
    method: 'POST',
    headers: headersOf(job.jobToken),
    body: JSON.stringify({ keys }),
  };
}

function headersOf(token: string): Target['headers'] {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}
