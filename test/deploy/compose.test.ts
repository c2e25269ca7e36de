import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { docker, untilHealthy } from './support/image.ts';
import { composeLane, startInstallation, type Installation } from './support/installation.ts';
import { readFromOpenBao } from './support/openbao.ts';

let installation: Installation;
let stop: (() => Promise<void>) | undefined;

/** How long the value is, as a job gets it through the load balancer. */
async function readLength(): Promise<string> {
  const length = ['--', process.execPath, '-p', 'process.env.SHARED.length'];
  const args = ['exec', '--environment', 'production', '--only', 'SHARED', ...length];
  const { code, stdout, stderr } = await installation.program('kici', args);
  return code === 0 ? stdout.trim() : stderr;
}

async function start(id: string): Promise<void> {
  await docker('start', id);
  await untilHealthy(id);
}

describeLane(composeLane, () => {
  beforeAll(async () => {
    installation = await startInstallation();
    stop = () => Promise.resolve(installation[Symbol.asyncDispose]());
  }, 600_000);
  afterAll(() => stop?.());

  it('what was written through one orchestrator is read through the other, and no restart is noticed', async () => {
    const { admin, container } = installation;
    const [first, second] = await Promise.all([container('orchestrator-1'), container('orchestrator-2')]);
    await Promise.all([docker('stop', second), admin(['environment', 'create', 'production', '--bind', 'apps'])]);
    await admin(['secret', 'set', '--scope', 'apps', 'SHARED', '--from-stdin'], 'a value through the balancer');
    await start(second);
    await docker('stop', first);
    expect(await readLength()).toBe('28');
    await start(first);
    const restarting = { done: false };
    const restarted = docker('stop', second)
      .then(() => start(second))
      .finally(() => {
        restarting.done = true;
      });
    const answers = new Set<string>();
    // oxlint-disable-next-line no-await-in-loop -- one request after another, as long as it takes
    while (!restarting.done) answers.add(await readLength());
    await restarted;
    expect([...answers]).toEqual(['28']);
    expect(await admin(['audit', 'verify'])).toContain('intact');
  });

  it('gives no container a secret as a variable, a root to write, a right, or a core file', async () => {
    const names = ['database', 'migration', 'orchestrator-1', 'orchestrator-2', 'balancer'];
    const ids = await Promise.all(names.map((name) => installation.container(name)));
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

  it('an OpenBao beside the orchestrators gives its values to jobs', async () => {
    await readFromOpenBao(installation);
  });

  it('has one door, and the database has none', async () => {
    const { compose, container, port, project } = installation;
    const published = await compose('ps', '--format', '{{.Service}} {{range .Publishers}}{{.PublishedPort}} {{end}}');
    expect(published.split('\n').filter((line) => line.includes(` ${port} `))).toEqual([
      expect.stringMatching(/^balancer /),
    ]);
    const format = ['--format', '{{json .NetworkSettings.Networks}}'];
    const networks: object = JSON.parse(await docker('inspect', ...format, await container('database')));
    expect(Object.keys(networks)).toEqual([`${project}_inside`]);
    expect(await docker('network', 'inspect', '--format', '{{.Internal}}', `${project}_inside`)).toBe('true');
  });
});
