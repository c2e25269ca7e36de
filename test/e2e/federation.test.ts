import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { parseScopePath, SecretValue, type ScopePath } from '@kici-dev/secret-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawClient, staticSecret } from '../../backends/aws/test/support/client.ts';
import { region, staticKey } from '../../backends/aws/test/fake/fake-aws.ts';
import { localstackLane, startLocalstack } from '../../backends/aws/test/support/servers.ts';
import { goodToken, project, startFake } from '../../backends/gcp/test/server/start.ts';
import { keyStore } from '../../backends/gcp/test/support/store.ts';
import { openBaoLane, startOpenBao } from '../../backends/vault/test/support/open-bao.ts';
import { administer } from '../../backends/vault/test/support/server.ts';
import { findLeaks } from '../../examples/demo/search.ts';
import { openGates, type Gates } from '../support/gates.ts';
import { describeLane } from '../support/lane.ts';
import { createLink, type Link } from '../support/link.ts';
import { runProgram, startOrchestrator, type ProgramName, type RunningOrchestrator } from '../support/programs.ts';

const values = {
  vault: 'value-of-vault-71f3',
  aws: 'value-of-aws-22c9',
  gcp: 'value-of-gcp-95d0',
  internal: 'value-of-internal-4be8',
};
type Source = keyof typeof values;

const digest = (source: Source): string => createHash('sha256').update(values[source]).digest('hex').slice(0, 12);

function scope(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

describeLane({ name: 'federation', missing: openBaoLane.missing ?? localstackLane.missing }, () => {
  let orchestrator: RunningOrchestrator;
  let gates: Gates;
  let vault: Link;
  let projectFolder: string;
  const stops: (() => Promise<unknown>)[] = [];
  const credentials: string[] = [];

  async function run(
    program: ProgramName,
    args: readonly string[],
    input?: string,
  ): Promise<{ code: unknown; stdout: string; stderr: string }> {
    return runProgram(program, args, {
      environment: orchestrator.environment,
      folder: projectFolder,
      ...(input !== undefined && { input }),
    });
  }

  async function admin(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run('kici-admin', args);
    if (code !== 0) throw new Error(`kici-admin ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
    return stdout;
  }

  async function addBackend(
    name: string,
    type: string,
    settings: Readonly<Record<string, string>>,
    secretName: string,
    secret: string,
  ): Promise<void> {
    const flags = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const { code, stderr } = await run(
      'kici-admin',
      ['backend', 'add', name, '--type', type, ...flags, '--secret', secretName, '--from-stdin'],
      secret,
    );
    credentials.push(secret);
    expect(stderr).not.toContain(secret);
    if (code !== 0) throw new Error(stderr);
  }

  /** What the workflow printed for each key. */
  async function runWorkflow(name: string): Promise<string[]> {
    const { code, stdout, stderr } = await run('kici', ['run', name]);
    expect(code, stdout + stderr).toBe(0);
    for (const value of Object.values(values)) expect(stdout + stderr).not.toContain(value);
    return (stdout + stderr)
      .split('\n')
      .flatMap((line) => /[A-Z_]+ (?:= \w+ from \S+|refused: .*)/.exec(line)?.[0] ?? []);
  }

  async function explained(key: string): Promise<{ status: string; candidates: { backend: string; rule: string }[] }> {
    return JSON.parse((await run('kici-admin', ['explain', '--environment', 'production', key, '--json'])).stdout);
  }

  beforeAll(async () => {
    orchestrator = await startOrchestrator();
    stops.push(() => orchestrator[Symbol.asyncDispose]());
    projectFolder = join(orchestrator.home, 'project');
    await cp(join(import.meta.dirname, '../fixtures/federation'), projectFolder, { recursive: true });
    const [bao, localstack, gcp] = await Promise.all([startOpenBao(), startLocalstack(), startFake()]);
    gates = await openGates();
    stops.push(
      () => bao.stop(),
      () => localstack.stop(),
      () => gcp.stop(),
      () => gates.stop(),
    );
    vault = await createLink(bao.address);
    stops.push(() => vault.cut());

    await administer(bao, 'POST', 'secret/data/apps/shop', {
      data: { SHARED: values.vault, VAULT_ONLY: values.vault },
    });
    const aws = rawClient(localstack.endpoint);
    for (const key of ['SHARED', 'AWS_ONLY'])
      await aws.createSecret({ Name: `apps/shop/${key}`, SecretString: values.aws });
    for (const key of ['SHARED', 'GCP_ONLY'])
      keyStore(gcp.model).seed({ scope: scope('apps/shop'), key, value: SecretValue.fromText(values.gcp) });

    await admin('environment', 'create', 'production', '--bind', 'apps/shop');
    for (const key of ['SHARED', 'INTERNAL_ONLY']) {
      const { code, stderr } = await run('kici-admin', ['secret', 'set', '--scope', 'apps/shop', key], values.internal);
      expect(code, stderr).toBe(0);
    }
    await admin('variable', 'set', '--environment', 'production', 'GATES', '--value', gates.url);
    await addBackend(
      'corp-vault',
      'vault',
      { address: vault.address, mount: 'secret', 'auth.method': 'token' },
      'auth.token',
      bao.rootToken,
    );
    await addBackend(
      'corp-aws',
      'aws',
      { endpoint: localstack.endpoint, region, 'auth.method': 'keys', 'auth.accessKeyId': staticKey },
      'auth.secretAccessKey',
      staticSecret,
    );
    await addBackend(
      'corp-gcp',
      'gcp',
      { endpoint: gcp.addresses.grpc, project: project.id, 'auth.method': 'token' },
      'auth.token',
      goodToken,
    );
    for (const [name, priority] of [
      ['corp-vault', '30'],
      ['corp-aws', '20'],
      ['corp-gcp', '10'],
    ] as const) {
      await admin('backend', 'test', name);
      await admin('environment', 'bind', 'production', '--scope', `${name}:apps/shop`, '--priority', priority);
    }
  });

  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  describe('an environment over four backends', () => {
    it('serves each key from the backend that ranks highest, and says so', async () => {
      expect(await runWorkflow('look')).toEqual([
        `AWS_ONLY = ${digest('aws')} from corp-aws:apps/shop`,
        `GCP_ONLY = ${digest('gcp')} from corp-gcp:apps/shop`,
        `INTERNAL_ONLY = ${digest('internal')} from internal:apps/shop`,
        `SHARED = ${digest('vault')} from corp-vault:apps/shop`,
        `VAULT_ONLY = ${digest('vault')} from corp-vault:apps/shop`,
      ]);
      const { status, candidates } = await explained('SHARED');
      expect(status).toBe('available');
      expect(candidates.map(({ backend, rule }) => [backend, rule])).toEqual([
        ['corp-vault', ''],
        ['corp-aws', 'higher priority'],
        ['corp-gcp', 'higher priority'],
        ['internal', 'higher priority'],
      ]);
    });

    it('refuses a key whose backend goes away in the middle of a job, swaps none, and serves it when the backend is back', async () => {
      gates.on('cut', () => vault.cut());
      gates.on('mend', async () => {
        await vault.mend();
        await admin('backend', 'test', 'corp-vault');
      });
      const [shared, vaultOnly, internal] = [
        `SHARED = ${digest('vault')} from corp-vault:apps/shop`,
        `VAULT_ONLY = ${digest('vault')} from corp-vault:apps/shop`,
        `INTERNAL_ONLY = ${digest('internal')} from internal:apps/shop`,
      ];
      const lines = await runWorkflow('outage');
      expect(lines.slice(0, 3)).toEqual([shared, vaultOnly, internal]);
      expect(lines.slice(3, 6)).toEqual([
        expect.stringMatching(/^SHARED refused: SecretUnavailableError/),
        expect.stringMatching(/^VAULT_ONLY refused: SecretUnavailableError/),
        internal,
      ]);
      expect(lines.slice(6)).toEqual([shared, vaultOnly, internal]);
    });

    it('does not start a job while the names of a required backend cannot be listed, and starts it without an optional one', async () => {
      await vault.cut();
      try {
        // Listed names are cached; a change made through us shows at once.
        await admin('environment', 'bind', 'production', '--scope', 'corp-vault:apps/other');
        const refused = await run('kici', ['run', 'look']);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toContain('corp-vault');
        await admin('backend', 'update', 'corp-vault', '--optional', 'true');
        expect(await runWorkflow('look')).toEqual([
          expect.stringMatching(/^AWS_ONLY refused: SecretUnavailableError/),
          expect.stringMatching(/^GCP_ONLY refused: SecretUnavailableError/),
          expect.stringMatching(/^INTERNAL_ONLY refused: SecretUnavailableError/),
          expect.stringMatching(/^SHARED refused: SecretUnavailableError/),
        ]);
        expect((await explained('SHARED')).status).toBe('unavailable');
      } finally {
        await vault.mend();
      }
      await admin('backend', 'test', 'corp-vault');
      await admin('backend', 'update', 'corp-vault', '--optional', 'false');
      expect(await runWorkflow('look')).toContain(`SHARED = ${digest('vault')} from corp-vault:apps/shop`);
    });

    it('follows bindings and backends that come and go while it runs', async () => {
      const environment: { bindings: { id: string; scope: string }[] } = JSON.parse(
        await admin('environment', 'show', 'production', '--json'),
      );
      for (const { id, scope: bound } of environment.bindings)
        if (bound.startsWith('corp-vault:')) await admin('environment', 'unbind', 'production', id);
      expect(await runWorkflow('look')).toContain(`SHARED = ${digest('aws')} from corp-aws:apps/shop`);
      await admin('backend', 'remove', 'corp-vault', '--yes');
      expect((await explained('SHARED')).candidates.map(({ backend }) => backend)).toEqual([
        'corp-aws',
        'corp-gcp',
        'internal',
      ]);
    });

    it('leaves no value and no credential in any file or log, in any encoding', async () => {
      const audit = await admin('audit', 'list', '--json');
      const { places, searched } = await findLeaks([...Object.values(values), ...credentials], orchestrator.home, [
        orchestrator.output(),
        audit,
      ]);
      expect(places).toEqual([]);
      expect(searched).toBeGreaterThan(3);
    });
  });
});
