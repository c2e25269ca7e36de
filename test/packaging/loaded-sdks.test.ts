import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeAws, region, staticKey } from '../../backends/aws/test/fake/fake-aws.ts';
import { staticSecret } from '../../backends/aws/test/support/client.ts';
import { goodToken, project, startFake } from '../../backends/gcp/test/server/start.ts';
import { FakeSsm } from '../../backends/ssm/test/fake/fake-ssm.ts';
import { openGateway } from '../../backends/vault/test/support/gateway.ts';
import { administer, fakeServer } from '../../backends/vault/test/support/server.ts';
import { runProgram, startOrchestrator, type ProgramResult, type RunningOrchestrator } from '../support/programs.ts';

/** What each backend brings along; nothing else in the product needs it. */
const sdks = {
  vault: ['node-vault'],
  aws: ['@aws-sdk/client-secrets-manager', '@aws-sdk/credential-providers'],
  ssm: ['@aws-sdk/client-ssm', '@aws-sdk/credential-providers'],
  gcp: ['@google-cloud/secret-manager', 'google-gax', 'google-auth-library', '@grpc/grpc-js'],
} as const;
const anyOfThem =
  /\/node_modules\/(node-vault|undici|@aws-sdk\/[^/]+|@smithy\/[^/]+|@google-cloud\/[^/]+|google-gax|google-auth-library|@grpc\/[^/]+|protobufjs|gaxios)\//;

interface Recorded extends RunningOrchestrator {
  /** The client library packages that the server has loaded so far. */
  loaded(): Promise<ReadonlySet<string>>;
  admin(args: readonly string[], input?: string): Promise<ProgramResult>;
}

async function start(environment: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  const home = await mkdtemp(join(tmpdir(), 'kici-loaded-'));
  const file = join(home, 'loaded.txt');
  const hooks = pathToFileURL(join(import.meta.dirname, 'support/record-loaded.ts')).href;
  const orchestrator = await startOrchestrator({
    home,
    environment: { NODE_OPTIONS: `--import=${hooks}`, RECORD_LOADED: file, ...environment },
  });
  onTestFinished(async () => {
    await orchestrator.stop();
    await rm(home, { recursive: true, force: true });
  });
  const { NODE_OPTIONS: _, ...client } = orchestrator.environment;
  return {
    ...orchestrator,
    async loaded() {
      const urls = (await readFile(file, 'utf8')).split('\n');
      expect(
        urls.some((url) => url.includes('/src/orchestrator/')),
        'the record has what the server loads',
      ).toBe(true);
      return new Set(urls.flatMap((url) => anyOfThem.exec(url)?.[1] ?? []));
    },
    admin: (args, input) =>
      runProgram('kici-admin', args, { environment: client, ...(input !== undefined && { input }) }),
  };
}

interface Service {
  readonly settings: Readonly<Record<string, string>>;
  readonly secret: readonly [name: string, value: string];
}

const services: Readonly<Record<keyof typeof sdks, () => Promise<Service>>> = {
  async vault() {
    const server = fakeServer();
    await administer(server, 'POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
    const gateway = await openGateway(server.upstream);
    onTestFinished(() => gateway.close());
    return {
      settings: { address: gateway.address, mount: 'secret', 'auth.method': 'token' },
      secret: ['auth.token', server.rootToken],
    };
  },
  async aws() {
    const fake = await FakeAws.start();
    onTestFinished(() => fake.stop());
    return {
      settings: { endpoint: fake.endpoint, region, 'auth.method': 'keys', 'auth.accessKeyId': staticKey },
      secret: ['auth.secretAccessKey', staticSecret],
    };
  },
  async ssm() {
    const fake = await FakeSsm.start();
    onTestFinished(() => fake.stop());
    return {
      settings: { endpoint: fake.endpoint, region, 'auth.method': 'keys', 'auth.accessKeyId': staticKey },
      secret: ['auth.secretAccessKey', staticSecret],
    };
  },
  async gcp() {
    const fake = await startFake();
    onTestFinished(() => fake.stop());
    return {
      settings: { endpoint: fake.addresses.grpc, project: project.id, 'auth.method': 'token' },
      secret: ['auth.token', goodToken],
    };
  },
};
const types = ['vault', 'aws', 'ssm', 'gcp'] as const;

describe('only the client libraries of backends in use are loaded', () => {
  it('with the internal store alone: none, though every type is offered', async () => {
    const server = await start();
    expect(await server.admin(['secret', 'set', '--scope', 'production', 'KEY'], 'value')).toMatchObject({ code: 0 });
    expect(await server.admin(['environment', 'create', 'production', '--bind', 'production'])).toMatchObject({
      code: 0,
    });
    expect(await server.admin(['explain', '--environment', 'production', 'KEY'])).toMatchObject({ code: 0 });
    const offered = await server.admin(['backend', 'types']);
    for (const type of types) expect(offered.stdout).toContain(type);
    expect([...(await server.loaded())]).toEqual([]);
  });

  it.each(types)('with %s: its own, once it is opened', async (type) => {
    const server = await start();
    const {
      settings,
      secret: [name, value],
    } = await services[type]();
    const flags = Object.entries(settings).flatMap(([key, text]) => ['--set', `${key}=${text}`]);
    const added = await server.admin(
      ['backend', 'add', 'corp', '--type', type, ...flags, '--secret', name, '--from-stdin'],
      value,
    );
    expect(added, added.stderr).toMatchObject({ code: 0 });
    const tested = await server.admin(['backend', 'test', 'corp']);
    expect(tested, tested.stderr).toMatchObject({ code: 0 });
    const loaded = await server.loaded();
    expect([...loaded]).toEqual(expect.arrayContaining([...sdks[type]]));
    const own = new Set<string>(sdks[type]);
    for (const sdk of types.flatMap((other) => sdks[other]).filter((one) => !own.has(one)))
      expect(loaded).not.toContain(sdk);
  });
});

describe('a backend package that is not installed', () => {
  it('fails the start where the configuration names it, with the command that installs it', async () => {
    await expect(
      start({ KICI_BACKEND_PACKAGES: '@kici-dev/secret-backend-nowhere,@kici-dev/secret-backend-vault' }),
    ).rejects.toThrow('npm install @kici-dev/secret-backend-nowhere');
  });
});
