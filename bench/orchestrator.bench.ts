import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../src/api/client.ts';
import { createSessionKeyPair } from '../src/api/job-seal.ts';
import { localTokenFile } from '../src/api/local-credentials.ts';
import { operations } from '../src/api/registry.ts';
import type { BenchRow } from './row.ts';

export const name = 'orchestrator';

const connections = 32;
const durationMs = 4_000;
/** Clock ticks of /proc/PID/stat per second; the same on every Linux. */
const ticksPerSecond = 100;

const bareServer =
  'require("node:http").createServer((q,s)=>{q.resume();q.on("end",()=>s.end("{}"))}).listen(0,"127.0.0.1",function(){console.log("http://127.0.0.1:"+this.address().port)})';

/** A sealed read whose audit row is durable before the answer, and a sealed write, beside a bare node:http server. */
export async function run(): Promise<readonly BenchRow[]> {
  const home = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const environment = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    KICI_DATA_DIR: join(home, 'data'),
    KICI_PORT: '0',
  };
  const bare = spawn(process.execPath, ['-e', bareServer], { stdio: ['ignore', 'pipe', 'inherit'] });
  const server = spawn(process.execPath, [join(import.meta.dirname, '../src/cli/bin/kici-orchestrator.mjs')], {
    cwd: home,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [bareUrl, url] = await Promise.all([urlOf(bare), urlOf(server)]);
    const token = (await readFile(localTokenFile(url, environment), 'utf8')).trim();
    const client = createClient({ url, organization: 'default', token });
    await client.call(operations['environments.create'], { name: 'e', bind: ['s'] });
    await client.call(operations['secrets.set'], {
      scope: 's',
      key: 'K',
      value: Buffer.alloc(40, 7).toString('base64'),
    });
    const job = await client.call(operations['jobs.open'], {
      environment: 'e',
      workflow: 'w',
      job: 'j',
      agentPublicKey: Buffer.from(createSessionKeyPair().publicKey).toString('base64'),
    });
    const base = `${url}/api/v1/orgs/default`;
    const baseline = await load(bare, () => ({ url: bareUrl, method: 'POST', token: '', body: '{"keys":["K"]}' }));
    const read = await load(server, () => ({
      url: `${base}/jobs/${job.jobId}/secrets`,
      method: 'POST',
      token: job.jobToken,
      body: '{"keys":["K"]}',
    }));
    const write = await load(server, (index) => ({
      url: `${base}/secrets`,
      method: 'PUT',
      token,
      body: JSON.stringify({ scope: 's', key: `K${index % 100}`, value: 'dmFsdWUtb2YtdGhlLWtleQ==' }),
    }));
    return [
      { what: 'bare node:http', value: baseline.perSecond, unit: 'requests/s' },
      ...rowsOf('sealed, durably audited read', read, baseline),
      ...rowsOf('sealed, audited write', write, baseline),
    ];
  } finally {
    for (const child of [bare, server]) child.kill('SIGTERM');
    await Promise.all(
      [bare, server].map(async (child) =>
        child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined,
      ),
    );
    await rm(home, { recursive: true });
  }
}

interface Load {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p50: number;
  readonly p99: number;
}

function rowsOf(what: string, measured: Load, baseline: Load): BenchRow[] {
  return [
    {
      what,
      value: measured.perSecond,
      unit: 'requests/s',
      baseline: 'bare node:http',
      ratio: measured.perSecond / baseline.perSecond,
    },
    {
      what: `${what}, CPU of the server`,
      value: measured.cpuMicroseconds,
      unit: 'µs/request',
      baseline: 'bare node:http',
      ratio: measured.cpuMicroseconds / baseline.cpuMicroseconds,
    },
    { what: `${what}, p50 at ${connections} connections`, value: measured.p50, unit: 'ms' },
    { what: `${what}, p99 at ${connections} connections`, value: measured.p99, unit: 'ms' },
  ];
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    const url = /http:\/\/[\d.:]+/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`no address in ${JSON.stringify(text)}`);
}

interface Target {
  readonly url: string;
  readonly method: string;
  readonly token: string;
  readonly body: string;
}

async function load(server: ChildProcess, target: (index: number) => Target): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let sent = 0;
  const latencies: number[] = [];
  const work = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      const started = performance.now();
      await exchange(agent, target((sent += 1)));
      latencies.push(performance.now() - started);
    }
  };
  const burst = (ms: number): Promise<unknown> =>
    Promise.all(Array.from({ length: connections }, () => work(performance.now() + ms)));
  await burst(durationMs / 4);
  latencies.length = 0;
  const [cpuBefore, startedAt] = [cpuSeconds(server), performance.now()];
  await burst(durationMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(server) - cpuBefore;
  agent.destroy();
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    perSecond: sorted.length / seconds,
    cpuMicroseconds: (cpu * 1_000_000) / sorted.length,
    p50: at(0.5),
    p99: at(0.99),
  };
}

function exchange(agent: Agent, { url, method, token, body }: Target): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`status ${response.statusCode}`));
        });
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
}

/** User and system time of a process. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
