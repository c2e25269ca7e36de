import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { describeLane, missingVariable } from '../support/lane.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';
import { buildImage, deployFolder, docker, imageLane, run, untilHealthy } from './support/image.ts';

const lane = {
  name: 'compose',
  missing:
    imageLane.missing ??
    missingVariable('KICI_TEST_COMPOSE', 'Docker Compose') ??
    missingVariable('KICI_TEST_POSTGRES_IMAGE', 'an image with PostgreSQL') ??
    missingVariable('KICI_TEST_CADDY_IMAGE', 'an image with Caddy') ??
    missingVariable('KICI_TEST_OPENBAO_IMAGE', 'an image with OpenBao'),
};

/** Only so that the start waits for less: what is checked stays as it is. */
const quickChecks = ['orchestrator-1', 'orchestrator-2']
  .map((name) => `  ${name}: { healthcheck: { interval: 1s } }\n`)
  .join('');

const project = `kici-test-${randomBytes(4).toString('hex')}`;
let folder: string;
let environment: Readonly<Record<string, string>>;

async function compose(...args: readonly string[]): Promise<string> {
  const files = ['--file', 'compose.yaml', '--file', 'quick.yaml'];
  const options = { cwd: folder, env: { ...process.env, ...environment } };
  return run(process.env['KICI_TEST_COMPOSE'] ?? '', ['--project-name', project, ...files, ...args], options);
}

const serviceOf = async (name: string): Promise<string> => compose('ps', '--all', '--quiet', name);

/** `kici-admin` of this machine, through the load balancer. */
async function admin(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('kici-admin', args, {
    environment: { ...cleanEnvironment(folder), ...environment },
    input: 'a value through the balancer',
  });
  if (code !== 0) throw new Error(`kici-admin ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The value as a job gets it, through the load balancer. */
async function readValue(): Promise<string> {
  const { code, stdout, stderr } = await runProgram(
    'kici',
    [
      'exec',
      '--environment',
      'production',
      '--only',
      'SHARED',
      '--',
      process.execPath,
      '-p',
      'process.env.SHARED.length',
    ],
    { environment: { ...cleanEnvironment(folder), ...environment } },
  );
  return code === 0 ? stdout.trim() : stderr;
}

describeLane(lane, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kici-compose-'));
    await cp(join(deployFolder, 'compose'), folder, { recursive: true });
    await mkdir(join(folder, 'secrets'), { mode: 0o700 });
    await writeFile(join(folder, 'secrets/secret.key'), randomBytes(32).toString('hex'));
    await writeFile(join(folder, 'secrets/database-password'), randomBytes(24).toString('hex'));
    await writeFile(join(folder, 'quick.yaml'), `services:\n${quickChecks}`);
    const port = String(await freePort());
    environment = {
      KICI_IMAGE: await buildImage(),
      POSTGRES_IMAGE: process.env['KICI_TEST_POSTGRES_IMAGE'] ?? '',
      CADDY_IMAGE: process.env['KICI_TEST_CADDY_IMAGE'] ?? '',
      OPENBAO_IMAGE: process.env['KICI_TEST_OPENBAO_IMAGE'] ?? '',
      KICI_PORT: port,
      KICI_URL: `https://localhost:${port}`,
      NODE_EXTRA_CA_CERTS: join(folder, 'root.crt'),
    };
    await compose('up', '--detach', '--wait', '--quiet-pull');
    await compose('cp', 'balancer:/data/caddy/pki/authorities/local/root.crt', 'root.crt');
    const created = await compose(
      ...['exec', '--no-TTY', 'orchestrator-1', 'kici-admin', 'token', 'create', 'me', '--role', 'owner', '--json'],
    );
    environment = { ...environment, KICI_TOKEN: String(JSON.parse(created).token) };
  }, 600_000);
  afterAll(async () => {
    await compose('--profile', '*', 'down', '--volumes', '--timeout', '1');
    await rm(folder, { recursive: true, force: true });
  });

  it('what was written through one orchestrator is read through the other, and no restart is noticed', async () => {
    const [first = '', second = ''] = await Promise.all(['orchestrator-1', 'orchestrator-2'].map(serviceOf));
    const start = async (id: string): Promise<void> => {
      await docker('start', id);
      await untilHealthy(id);
    };
    await admin('environment', 'create', 'production', '--bind', 'apps');
    await docker('stop', second);
    await admin('secret', 'set', '--scope', 'apps', 'SHARED', '--from-stdin');
    await start(second);
    await docker('stop', first);
    expect(await readValue()).toBe('28');
    await start(first);
    const restarted = docker('stop', second).then(() => start(second));
    const answers = new Set<string>();
    let done = false;
    void restarted.finally(() => {
      done = true;
    });
    // oxlint-disable-next-line no-await-in-loop -- one request after another, as long as it takes
    while (!done) answers.add(await readValue());
    await restarted;
    expect([...answers]).toEqual(['28']);
    expect(await admin('audit', 'verify')).toContain('intact');
  });

  it('gives no container a secret as a variable, a root to write, a right, or a core file', async () => {
    const names = ['database', 'migration', 'orchestrator-1', 'orchestrator-2', 'balancer'];
    const ids = await Promise.all(names.map(serviceOf));
    const inspected: unknown = JSON.parse(await docker('inspect', ...ids));
    expect(inspected).toEqual(
      names.map((name) =>
        expect.objectContaining({
          Config: expect.objectContaining({
            User: expect.stringMatching(name === 'balancer' ? /^$/ : /^(?:postgres|10001:0)$/),
          }),
          HostConfig: expect.objectContaining({
            ReadonlyRootfs: true,
            CapDrop: ['ALL'],
            SecurityOpt: expect.arrayContaining(['no-new-privileges:true']),
            Ulimits: [{ Name: 'core', Hard: 0, Soft: 0 }],
          }),
        }),
      ),
    );
    const variables = await docker('inspect', '--format', '{{json .Config.Env}}', ...ids);
    expect(variables).not.toMatch(/KICI_SECRET_KEY=|PASSWORD=|[0-9a-f]{48}/);
  });

  it('has one door, and the database has none', async () => {
    const published = await compose('ps', '--format', '{{.Service}} {{range .Publishers}}{{.PublishedPort}} {{end}}');
    expect(published.split('\n').filter((line) => new RegExp(` ${environment['KICI_PORT']} `).test(line))).toHaveLength(
      1,
    );
    const networks = await docker(
      'inspect',
      '--format',
      '{{json .NetworkSettings.Networks}}',
      await serviceOf('database'),
    );
    expect(Object.keys(JSON.parse(networks))).toEqual([`${project}_inside`]);
    expect(await docker('network', 'inspect', '--format', '{{.Internal}}', `${project}_inside`)).toBe('true');
  });
});
