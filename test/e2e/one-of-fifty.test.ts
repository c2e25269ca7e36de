import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeAws, region, staticKey } from '../../backends/aws/test/fake/fake-aws.ts';
import { staticSecret } from '../../backends/aws/test/support/client.ts';
import { findLeaks } from '../../examples/demo/search.ts';
import { needlesOf } from '../../src/masker/needles.ts';
import { finished, workflowOf } from '../agent/support/project.ts';
import { openGates } from '../support/gates.ts';
import { describeLane } from '../support/lane.ts';
import { createLink } from '../support/link.ts';
import { findInMemory, processMemoryLane } from '../support/process-memory.ts';
import {
  cleanEnvironment,
  runProgram,
  spawnProgram,
  startOrchestrator,
  type RunningOrchestrator,
} from '../support/programs.ts';

const mark = `fifty-${randomBytes(6).toString('hex')}`;
const numbers = Array.from({ length: 50 }, (_, index) => String(index).padStart(2, '0'));
const valueOf = (number: string): string => `${mark}-${number}-${Buffer.from(number.repeat(9)).toString('hex')}`;
const wanted = '07';
const pattern = new RegExp(`${mark}-\\d\\d`, 'g');

interface Scene {
  readonly orchestrator: RunningOrchestrator;
  readonly aws: FakeAws;
  readonly wire: Buffer;
  readonly printed: string;
  /** Indexes of the values found in each process while the step held its own. */
  readonly memory: Readonly<Record<'step' | 'agent' | 'orchestrator', readonly string[]>>;
}

describeLane(processMemoryLane, () => {
  let scene: Scene;
  const stops: (() => Promise<unknown>)[] = [];

  async function admin(orchestrator: RunningOrchestrator, args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await runProgram('kici-admin', args, {
      environment: orchestrator.environment,
      ...(input !== undefined && { input }),
    });
    if (code !== 0) throw new Error(`kici-admin ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  async function prepare(orchestrator: RunningOrchestrator, aws: FakeAws): Promise<string> {
    for (const number of numbers)
      aws.store.create(`apps/shop/KEY_${number}`, { text: valueOf(number), binary: undefined });
    await admin(orchestrator, ['environment', 'create', 'production']);
    const settings = { endpoint: aws.endpoint, region, 'auth.method': 'keys', 'auth.accessKeyId': staticKey };
    await admin(
      orchestrator,
      [
        'backend',
        'add',
        'corp',
        '--type',
        'aws',
        ...Object.entries(settings).flatMap(([name, text]) => ['--set', `${name}=${text}`]),
        '--secret',
        'auth.secretAccessKey',
        '--from-stdin',
      ],
      staticSecret,
    );
    await admin(orchestrator, ['environment', 'bind', 'production', '--scope', 'corp:apps/**']);
    return (await admin(orchestrator, ['token', 'create', 'runner', '--role', 'agent'])).trim();
  }

  beforeAll(async () => {
    const home = await mkdtemp(join(tmpdir(), 'kici-fifty-'));
    const orchestrator = await startOrchestrator({ home });
    const [aws, gates, link] = await Promise.all([FakeAws.start(), openGates(), createLink(orchestrator.url)]);
    stops.push(
      () => rm(home, { recursive: true }),
      () => orchestrator.stop(),
      () => aws.stop(),
      () => gates.stop(),
      () => link.cut(),
    );
    const token = await prepare(orchestrator, aws);

    const pidFile = join(home, 'step-pid');
    const folder = join(home, 'project');
    await mkdir(join(folder, '.kici/workflows'), { recursive: true });
    await writeFile(
      join(folder, '.kici/workflows/main.ts'),
      workflowOf(`
      const value = await ctx.secrets.get('KEY_${wanted}');
      if (ctx.secrets.list().length !== 50) throw new Error('fifty are available');
      console.log(value);
      const { writeFileSync } = await import('node:fs');
      writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
      await fetch('${gates.url}/look');
      console.log(value.length);
    `),
    );
    // So that the step knows its process by the number that it has here.
    const agent = spawnProgram('kici', ['run', '--no-namespaces'], {
      folder,
      environment: { ...cleanEnvironment(home), KICI_URL: link.address, KICI_TOKEN: token },
    });
    let memory: Scene['memory'] | undefined;
    gates.on('look', async () => {
      const held = async (pid: number | undefined): Promise<string[]> =>
        [...(await findInMemory(pid ?? 0, pattern, 100))].map((match) => match.slice(-2)).toSorted();
      memory = {
        step: await held(Number(await readFile(pidFile, 'utf8'))),
        agent: await held(agent.pid),
        orchestrator: await held(orchestrator.process.pid),
      };
    });
    const { code, stdout, stderr } = await finished(agent);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    if (memory === undefined) throw new Error('the step did not come by');
    scene = { orchestrator, aws, wire: link.passed(), printed: stdout + stderr, memory };
  });

  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  describe('a job that reads one of fifty secrets', () => {
    it('has exactly one value leave the backend', () => {
      const reads = scene.aws.requests.filter(({ operation }) => /Value/.test(operation));
      expect(reads.map(({ body }) => [...body.matchAll(/KEY_\d\d/g)].map(([name]) => name))).toEqual([
        [`KEY_${wanted}`],
      ]);
    });

    it('has exactly one value leave the orchestrator, and the audit log names it', async () => {
      const text = scene.wire.toString('latin1');
      expect(text.match(/"sealed":"/g)).toHaveLength(1);
      expect(text.match(/POST \S+\/secrets/g)).toHaveLength(1);
      const { rows }: { rows: { operation: string; phase: string; detail?: unknown }[] } = JSON.parse(
        await admin(scene.orchestrator, ['audit', 'list', '--json']),
      );
      const reads = rows.filter(({ operation }) => operation === 'jobs.read');
      expect(reads).toHaveLength(1);
      expect(JSON.stringify(reads).match(/KEY_\d\d/g)).toEqual(expect.arrayContaining([`KEY_${wanted}`]));
      expect(new Set(JSON.stringify(reads).match(/KEY_\d\d/g))).toEqual(new Set([`KEY_${wanted}`]));
    });

    it('shows no value on the wire between agent and orchestrator, in no encoding: not even its own', () => {
      for (const number of numbers)
        for (const needle of needlesOf(Buffer.from(valueOf(number))))
          expect(scene.wire.includes(needle), `the value ${number} on the wire`).toBe(false);
    });

    it('leaves none of the other 49 in the memory of the step, of the agent or of the orchestrator', () => {
      expect(scene.memory).toEqual({ step: [wanted], agent: [wanted], orchestrator: [wanted] });
    });

    it('leaves none in the job rows, in any file, in any log', async () => {
      const database = new DatabaseSync(join(scene.orchestrator.home, 'data/kici.db'), { readOnly: true });
      const rows = database.prepare('select * from jobs').all();
      database.close();
      expect(rows).toHaveLength(1);
      const text = JSON.stringify(rows, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      // Its session is over, and what it could read was forgotten with it.
      expect(text).toMatch(/"catalogue":""/);
      const { places, searched } = await findLeaks(numbers.map(valueOf), scene.orchestrator.home, [
        text,
        scene.printed,
        scene.orchestrator.output(),
      ]);
      expect(places).toEqual([]);
      expect(searched).toBeGreaterThan(3);
      expect(scene.printed).toContain('***');
    });
  });
});
