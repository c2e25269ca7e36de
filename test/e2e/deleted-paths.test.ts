import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaoLane, startOpenBao, type OpenBao } from '../../backends/vault/test/support/open-bao.ts';
import { administer } from '../../backends/vault/test/support/server.ts';
import { describeLane } from '../support/lane.ts';
import { createLink, type Link } from '../support/link.ts';
import { runProgram, startOrchestrator, type ProgramResult, type RunningOrchestrator } from '../support/programs.ts';

const workflow = `import { createHash } from 'node:crypto';
import { job, push, step, workflow } from '@kici-dev/sdk';

export default workflow('names', {
  on: [push()],
  jobs: [
    job('names', {
      runsOn: 'default',
      environment: 'production',
      steps: [
        step('names', async (ctx) => {
          for (const key of ['A', 'B', 'GONE', 'Z', 'TOP']) {
            const told = await ctx.secrets.get(key).then(
              (value) => createHash('sha256').update(value).digest('hex').slice(0, 8),
              (error) => error.name + ' ' + error.message,
            );
            ctx.log.info(key + ' = ' + told);
          }
        }),
      ],
    }),
  ],
});
`;
const digest = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8);

/** A folder with a deleted path, a destroyed path and others, over a lower store that has every key. */
describeLane(openBaoLane, () =>
  describe('a Vault folder with a deleted and a destroyed path', () => {
    let bao: OpenBao;
    let link: Link;
    let orchestrator: RunningOrchestrator;
    let folder: string;

    const run = (program: 'kici' | 'kici-admin', args: readonly string[], input?: string): Promise<ProgramResult> =>
      runProgram(program, args, {
        environment: orchestrator.environment,
        folder,
        ...(input !== undefined && { input }),
      });
    const admin = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run('kici-admin', args);
      expect(code, stderr).toBe(0);
      return stdout;
    };

    beforeAll(async () => {
      [bao, orchestrator] = await Promise.all([startOpenBao(), startOrchestrator()]);
      link = await createLink(bao.address);
      folder = join(orchestrator.home, 'project');
      await mkdir(join(folder, '.kici/workflows'), { recursive: true });
      await writeFile(join(folder, '.kici/workflows/names.ts'), workflow);
      const put = (path: string, data: object) => administer(bao, 'POST', `secret/data/${path}`, { data });
      await put('apps/a', { A: 'vault' });
      await put('apps/burnt', { B: 'old' });
      await put('apps/burnt', { B: 'vault' });
      await put('apps/gone', { GONE: 'vault' });
      await put('apps/z', { Z: 'vault' });
      await put('apps/z/top', { TOP: 'vault' });
      await administer(bao, 'POST', 'secret/destroy/apps/burnt', { versions: [2] });
      await administer(bao, 'DELETE', 'secret/data/apps/gone');
      await admin('environment', 'create', 'production', '--bind', 'production');
      for (const key of ['A', 'B', 'GONE', 'Z', 'TOP'])
        await run('kici-admin', ['secret', 'set', '--scope', 'production', key], 'internal');
      const settings = { address: link.address, mount: 'secret', 'auth.method': 'token' };
      const added = await run(
        'kici-admin',
        [
          'backend',
          'add',
          'corp',
          '--type',
          'vault',
          '--secret',
          'auth.token',
          '--from-stdin',
          ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
        ],
        bao.rootToken,
      );
      expect(added.code, added.stderr).toBe(0);
      await admin('environment', 'bind', 'production', '--scope', 'corp:apps/**', '--priority', '10');
    });
    afterAll(async () => {
      await link.cut();
      await orchestrator[Symbol.asyncDispose]();
      await bao.stop();
    });

    const ofJob = async (): Promise<readonly string[]> => {
      const { code, stdout, stderr } = await run('kici', ['run', 'names']);
      expect(code, stdout + stderr).toBe(0);
      return (stdout + stderr).split('\n').flatMap((line) => /(?:A|B|GONE|Z|TOP) = .*/.exec(line)?.[0] ?? []);
    };

    it('lets a job start, serves what ranks above them, and blames the path that is gone', async () => {
      const lines = await ofJob();
      expect(lines).toEqual([
        `A = ${digest('vault')}`,
        expect.stringMatching(/^B = SecretUnavailableError .*corp:apps\/burnt.*destroyed/),
        expect.stringMatching(/^GONE = SecretUnavailableError .*corp:apps\/(?:burnt|gone).*(?:deleted|destroyed)/),
        // Nobody can tell whether a higher-ranking path held this key too.
        expect.stringMatching(/^Z = SecretUnavailableError .*corp:apps\/burnt/),
        `TOP = ${digest('vault')}`,
      ]);
    });

    it('is told once for each path, by check and by lists', async () => {
      const { code, stdout } = await run('kici-admin', ['check', '--environment', 'production', '--json']);
      expect(code).toBe(1);
      const { problems } = JSON.parse(stdout);
      expect(problems.map(({ kind, subject }: Record<string, string>) => `${kind} ${subject}`)).toEqual([
        'scope_unavailable corp:apps/burnt',
        'scope_unavailable corp:apps/gone',
      ]);
      const listed = await run('kici-admin', ['secret', 'list', '--environment', 'production']);
      expect(listed.code, listed.stderr).toBe(0);
      expect(listed.stderr).toMatch(/corp:apps\/burnt: its keys are not known: .* \[destroyed\]/);
      expect(listed.stderr).toMatch(/corp:apps\/gone: its keys are not known: .* \[deleted\]/);
    });

    it('gives way to the next candidate once its binding skips what is deleted, and explain says so', async () => {
      const { bindings } = JSON.parse(await admin('environment', 'show', 'production', '--json'));
      const { id } = bindings.find(({ scope }: { scope: string }) => scope === 'corp:apps/**');
      await admin('environment', 'rebind', 'production', id, '--skip-deleted', 'true');
      expect(await admin('environment', 'show', 'production')).toMatch(/corp:apps\/\*\*.*skipped/);
      expect(await ofJob()).toEqual([
        `A = ${digest('vault')}`,
        `B = ${digest('internal')}`,
        `GONE = ${digest('internal')}`,
        `Z = ${digest('vault')}`,
        `TOP = ${digest('vault')}`,
      ]);
      const explained = await admin('explain', '--environment', 'production', 'B');
      expect(explained).toMatch(/Skipped[^]*corp +apps\/burnt +corp:apps\/\*\* +destroyed/);
    });

    it('takes its own keys alone, where the path was listed before it was deleted', async () => {
      for (const [path, key] of [
        ['a', 'X'],
        ['b', 'Y'],
      ] as const)
        await administer(bao, 'POST', `secret/data/teams/${path}`, { data: { [key]: 'vault' } });
      await admin('environment', 'create', 'teams', '--bind', 'corp:teams/**');
      await admin('secret', 'list', '--environment', 'teams');
      await administer(bao, 'DELETE', 'secret/data/teams/a');
      const { secrets, unavailable } = JSON.parse(await admin('secret', 'list', '--environment', 'teams', '--json'));
      expect(unavailable).toEqual([]);
      expect(secrets).toMatchObject([
        { key: 'X', scope: 'teams/a', status: 'unavailable', code: 'deleted' },
        { key: 'Y', scope: 'teams/b', status: 'available' },
      ]);
    });

    it('is no cover for an outage: then nothing that it could outrank is served, and lists say what is missing', async () => {
      await link.cut();
      const listed = await run('kici-admin', ['secret', 'list', '--environment', 'production', '--json']);
      expect(listed.code).toBe(1);
      expect(JSON.parse(listed.stdout)).toMatchObject({
        unavailable: [{ backend: 'corp', scopes: ['apps'], code: 'unreachable', answered: false }],
      });
      expect(JSON.parse(listed.stderr)).toMatchObject({ error: 'incomplete' });
      const explained = await run('kici-admin', ['explain', '--environment', 'production', 'B', '--json']);
      expect(explained.code).toBe(1);
      expect(JSON.parse(explained.stdout)).toMatchObject({ status: 'unavailable', blockedBy: [{ backend: 'corp' }] });
      expect(JSON.parse(explained.stderr)).toMatchObject({ error: 'key_unavailable' });
    });
  }),
);
