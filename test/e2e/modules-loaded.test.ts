import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FakeAws, region, staticKey } from '../../backends/aws/test/fake/fake-aws.ts';
import { staticSecret } from '../../backends/aws/test/support/client.ts';
import { goodToken, project, startFake } from '../../backends/gcp/test/server/start.ts';
import { openGateway } from '../../backends/vault/test/support/gateway.ts';
import { fakeServer } from '../../backends/vault/test/support/server.ts';
import { runProgram, startOrchestrator } from '../support/programs.ts';

const sdks = { vault: /node_modules\/(node-vault|undici)\//, aws: /node_modules\/(@aws-sdk|@smithy)\//, gcp: /node_modules\/(@google-cloud|google-gax|@grpc)\// };
type Type = keyof typeof sdks;

interface Added {
  readonly flags: readonly string[];
  readonly secret: string;
  stop(): Promise<unknown>;
}

const services: Record<Type, () => Promise<Added>> = {
  async vault() {
    const server = fakeServer();
    const gateway = await openGateway(server.upstream);
    return { flags: ['--set', `address=${gateway.address}`, '--set', 'auth.method=token', '--secret', 'auth.token'], secret: server.rootToken, stop: () => gateway.close() };
  },
  async aws() {
    const fake = await FakeAws.start();
    return {
      flags: ['--set', `endpoint=${fake.endpoint}`, '--set', `region=${region}`, '--set', 'auth.method=keys', '--set', `auth.accessKeyId=${staticKey}`, '--secret', 'auth.secretAccessKey'],
      secret: staticSecret, stop: () => fake.stop(),
    };
  },
  async gcp() {
    const fake = await startFake();
    return { flags: ['--set', `endpoint=${fake.addresses.grpc}`, '--set', `project=${project.id}`, '--set', 'auth.method=token', '--secret', 'auth.token'], secret: goodToken, stop: () => fake.stop() };
  },
};

/** Which SDKs a server has loaded after it was asked for its types and, if any, a backend of a type was added and tested. */
async function sdksLoaded(type?: Type): Promise<Type[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-modules-'));
  const record = join(folder, 'modules');
  const hook = pathToFileURL(join(import.meta.dirname, '../support/record-modules.mjs')).href;
  const service = type === undefined ? undefined : await services[type]();
  try {
    await using orchestrator = await startOrchestrator({ environment: { NODE_OPTIONS: `--import ${hook}`, RECORD_MODULES: record } });
    // The clients of the test load nothing into the server.
    const { NODE_OPTIONS: _, ...environment } = orchestrator.environment;
    const admin = async (args: readonly string[], input = ''): Promise<void> => {
      const { code, stderr } = await runProgram('kici-admin', args, { environment, input });
      expect(code, stderr).toBe(0);
    };
    await admin(['backend', 'types']);
    await admin(['environment', 'create', 'production', '--bind', 'production']);
    await admin(['secret', 'list', '--environment', 'production']);
    if (type !== undefined && service !== undefined) {
      await admin(['backend', 'add', 'added', '--type', type, ...service.flags, '--from-stdin'], service.secret);
      await admin(['backend', 'test', 'added']);
    }
    const modules = await readFile(record, 'utf8');
    expect(modules).toContain('/src/composition/');
    return Object.entries(sdks).flatMap(([name, pattern]): Type[] => (pattern.test(modules) && (name === 'vault' || name === 'aws' || name === 'gcp') ? [name] : []));
  } finally {
    await service?.stop();
    await rm(folder, { recursive: true });
  }
}

describe('a server loads the SDKs of the backends in use, and no other', () => {
  it('none with the internal store alone', async () => {
    expect(await sdksLoaded()).toEqual([]);
  });

  it.each(['vault', 'aws', 'gcp'] as const)('its own for %s', async (type) => {
    expect(await sdksLoaded(type)).toEqual([type]);
  });
});
