import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { missingVariable, type Lane } from '../../support/lane.ts';
import { cleanEnvironment, runProgram, type ProgramName, type ProgramResult } from '../../support/programs.ts';
import { buildImage, deployFolder, imageLane, run } from './image.ts';

export const composeLane: Lane = {
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

/** What the compose file has started, as a person starts it. */
export interface Installation extends AsyncDisposable {
  readonly project: string;
  readonly port: number;
  readonly folder: string;
  /** Runs Docker Compose. @returns what it printed */
  readonly compose: (...args: readonly string[]) => Promise<string>;
  /** The id of a service's container. */
  readonly container: (service: string) => Promise<string>;
  /** Runs a program of this machine, through the load balancer. */
  readonly program: (name: ProgramName, args: readonly string[], input?: string) => Promise<ProgramResult>;
  /** As `program`, for what must succeed. @returns what it printed */
  readonly admin: (args: readonly string[], input?: string) => Promise<string>;
}

export async function startInstallation(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-compose-'));
  const project = `kici-test-${randomBytes(4).toString('hex')}`;
  await cp(join(deployFolder, 'compose'), folder, { recursive: true });
  await mkdir(join(folder, 'secrets'), { mode: 0o700 });
  await writeFile(join(folder, 'secrets/secret.key'), randomBytes(32).toString('hex'));
  await writeFile(join(folder, 'secrets/database-password'), randomBytes(24).toString('hex'));
  await writeFile(join(folder, 'secrets/openbao-seal.key'), randomBytes(32));
  await writeFile(join(folder, 'quick.yaml'), `services:\n${quickChecks}`);
  const port = await freePort();
  const variables = {
    KICI_IMAGE: await buildImage(),
    POSTGRES_IMAGE: process.env['KICI_TEST_POSTGRES_IMAGE'] ?? '',
    CADDY_IMAGE: process.env['KICI_TEST_CADDY_IMAGE'] ?? '',
    OPENBAO_IMAGE: process.env['KICI_TEST_OPENBAO_IMAGE'] ?? '',
    KICI_PORT: String(port),
  };
  const compose = async (...args: readonly string[]): Promise<string> =>
    run(
      process.env['KICI_TEST_COMPOSE'] ?? '',
      ['--project-name', project, '--file', 'compose.yaml', '--file', 'quick.yaml', ...args],
      { cwd: folder, env: { ...process.env, ...variables } },
    );
  const stop = async (): Promise<void> => {
    await compose('--profile', '*', 'down', '--volumes', '--timeout', '1');
    await rm(folder, { recursive: true, force: true });
  };
  let token: string;
  try {
    await compose('up', '--detach', '--wait');
    await compose('cp', 'balancer:/data/caddy/pki/authorities/local/root.crt', 'root.crt');
    const create = ['kici-admin', 'token', 'create', 'me', '--role', 'owner', '--json'];
    ({ token } = JSON.parse(await compose('exec', '--no-TTY', 'orchestrator-1', ...create)));
  } catch (error) {
    await stop();
    throw error;
  }
  const environment = {
    ...cleanEnvironment(folder),
    KICI_URL: `https://localhost:${port}`,
    KICI_TOKEN: token,
    NODE_EXTRA_CA_CERTS: join(folder, 'root.crt'),
  };
  const program: Installation['program'] = (name, args, input) =>
    runProgram(name, args, { environment, folder, ...(input !== undefined && { input }) });
  return {
    project,
    port,
    folder,
    compose,
    container: (service) => compose('ps', '--all', '--quiet', service),
    program,
    async admin(args, input) {
      const { code, stdout, stderr } = await program('kici-admin', args, input);
      if (code !== 0) throw new Error(`kici-admin ${args.join(' ')} ended with ${code}: ${stderr}`);
      return stdout;
    },
    [Symbol.asyncDispose]: stop,
  };
}
