import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLeaks } from '../../examples/demo/search.ts';
import { needlesOf } from '../../src/masker/needles.ts';
import { fixture, makeProject, workflowOf } from '../agent/support/project.ts';
import { standIns } from '../agent/support/stand-ins.ts';
import { runProgram, startOrchestrator, type RunningOrchestrator } from '../support/programs.ts';

const values = {
  DEPLOY_TOKEN: 'tok-9e2c44b1',
  AGE_KEY_ALICE: 'AGE-SECRET-KEY-1ALICE',
  AGE_KEY_BOB: 'AGE-SECRET-KEY-1BOB',
  MY_API_KEY: 'key-31d0aa',
};

async function admin(orchestrator: RunningOrchestrator, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram('kici-admin', args, {
    environment: orchestrator.environment,
    folder: orchestrator.home,
    ...(input !== undefined && { input }),
  });
  if (code !== 0) throw new Error(`kici-admin ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

async function start(): Promise<RunningOrchestrator> {
  const orchestrator = await startOrchestrator();
  await admin(orchestrator, ['environment', 'create', 'production', '--bind', 'production']);
  for (const [key, value] of Object.entries(values))
    await admin(orchestrator, ['secret', 'set', '--scope', 'production', key, '--from-stdin'], value);
  return orchestrator;
}

describe('kici run against a real orchestrator', () => {
  it('runs the documented workflows, as the user who started it, with no flag and no variable but the address', async () => {
    await using orchestrator = await start();
    let printed = '';
    for (const name of ['deploy.ts', 'steps.ts', 'sops-file.ts', 'sops-env.ts']) {
      const project = await makeProject(
        { [name]: await fixture(name), ...standIns },
        { HOME: orchestrator.home, XDG_CONFIG_HOME: join(orchestrator.home, '.config'), KICI_URL: orchestrator.url },
      );
      const { code, stdout, stderr, left } = await project.run('run');
      expect({ name, code, left }).toEqual({ name, code: 0, left: [] });
      printed += stdout + stderr;
    }
    expect(printed).toContain('stand-in deploy: --token *** of 12 characters');
    expect(printed).toContain('DB_URL=postgres://db DEPLOY_TOKEN=unset');
    const audit = await admin(orchestrator, ['audit', 'list', '--json']);
    const { places, searched } = await findLeaks(Object.values(values), orchestrator.home, [
      printed,
      orchestrator.output(),
      audit,
    ]);
    expect(places).toEqual([]);
    expect(searched).toBeGreaterThan(3);
  });

  it("records who read what, and revokes the job's token at its end", async () => {
    await using orchestrator = await start();
    const project = await makeProject(
      { 'main.ts': workflowOf('console.log((await ctx.secrets.get("DEPLOY_TOKEN")).length)') },
      { HOME: orchestrator.home, XDG_CONFIG_HOME: join(orchestrator.home, '.config'), KICI_URL: orchestrator.url },
    );
    expect((await project.run('run')).stdout).toContain('12\n');
    const rows = await admin(orchestrator, ['audit', 'list', '--json']);
    for (const operation of ['jobs.open', 'jobs.read', 'jobs.close']) expect(rows).toContain(operation);
    expect(rows).toContain('DEPLOY_TOKEN');
    expect(rows).not.toContain(values.DEPLOY_TOKEN);
  });

  it('says what an environment lacks, and what does not exist', async () => {
    await using orchestrator = await start();
    const environment = {
      HOME: orchestrator.home,
      XDG_CONFIG_HOME: join(orchestrator.home, '.config'),
      KICI_URL: orchestrator.url,
    };
    const project = await makeProject(
      {
        'main.ts': workflowOf('await ctx.secrets.get("DEPLOY_TOKN")'),
        'b.ts': workflowOf('').replace("'main'", "'b'").replace("'production'", "'prodution'"),
      },
      environment,
    );
    const missing = await project.run('run', 'main');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(
      'SecretNotFoundError: the environment production has no secret DEPLOY_TOKN; near it: DEPLOY_TOKEN',
    );
    const unknown = await project.run('run', 'b');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('prodution');
  });
});

describe('the search for leaks', () => {
  it.each(needlesOf(Buffer.from(values.DEPLOY_TOKEN)).map((needle) => needle.toString('latin1')))(
    'finds %j in a file, and in what was printed',
    async (needle) => {
      const folder = await mkdtemp(join(tmpdir(), 'kici-search-'));
      try {
        const file = join(folder, 'kici.log');
        await writeFile(file, `before${needle}after`, 'latin1');
        expect((await findLeaks(Object.values(values), folder, ['nothing'])).places).toEqual([file]);
        await writeFile(file, 'nothing');
        expect((await findLeaks(Object.values(values), folder, ['be', `fore${needle}after`])).places).toEqual([
          'what the programs printed',
        ]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
