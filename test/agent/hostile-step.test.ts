import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FrameError, FrameReader, encodeFrame } from '../../src/agent/channel/frames.ts';
import fc from 'fast-check';
import { bounds } from '../../src/agent/channel/bounds.ts';
import { isStepMessage } from '../../src/agent/channel/to-agent.ts';
import { JobEnvironment } from '../../src/agent/environment/job-environment.ts';
import { keysRead, startFakeJobs } from './support/fake-jobs.ts';
import { programFile } from '../support/programs.ts';
import { attackAgent } from './support/hostile-channel.ts';
import { sendAll } from './support/hostile-messages.ts';
import { finished, makeProject, runWith, withSteps, workflowOf } from './support/project.ts';

const raw = `
const { writeSync } = await import('node:fs');
const frame = (body) => { const bytes = Buffer.from(body); const head = Buffer.alloc(4); head.writeUInt32BE(bytes.length); return Buffer.concat([head, bytes]); };
const wait = () => new Promise((resolve) => setTimeout(resolve, 20_000));
`;

describe('a step is not trusted', () => {
  it('that sends what no step sends is ended, and gets nothing', async () => {
    await sendAll('none');
  });

  it('that asks again and again and reads no answer fills its own pipe, and not its agent', async () => {
    const { code, stderr, api } = await runWith(
      { values: { A: 'value-of-a'.repeat(1_000) } },
      workflowOf(`${raw}
      const { Socket } = await import('node:net');
      const [channel] = process._getActiveHandles().filter((handle) => handle instanceof Socket && handle.readable && handle.writable);
      channel.pause();
      const requests = Array.from({ length: 500 }, (_, index) => ({ id: 1_000 + index, kind: 'get', key: 'A' }));
      let sent = 0;
      for (; sent < 200; sent += 1) {
        const stuck = await new Promise((resolve) => { channel.write(frame(JSON.stringify({ type: 'ask', requests })), () => resolve(false)); setTimeout(resolve, 2_000, true); });
        if (stuck) break;
      }
      process.stderr.write('STUCK ' + (sent < 200) + '\\n', () => process.exit(7));
      await wait();`),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('STUCK true');
    expect(keysRead(api).length).toBeLessThan(20);
  });

  it.each([[[]], [['--json']]])(
    'that prints more than anybody reads has to wait, and its files go when it ends (%j)',
    async (flags) => {
      const api = await startFakeJobs({ values: { A: 'value-of-a' } });
      onTestFinished(() => api.close());
      const project = await makeProject(
        {
          'main.ts': withSteps(`step('s', { timeout: 4_000 }, async (ctx) => {
      await ctx.secrets.mountFile({ sources: ['A'] });
      const { execFileSync } = await import('node:child_process');
      execFileSync('sh', ['-c', 'yes "the value is $(cat "$TMPDIR"/kici-step-*/secret)" | head -c 20000000; touch printed'], { stdio: 'inherit' });
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    })`),
        },
        { KICI_URL: api.url },
      );
      const child = project.start(['run', ...flags]);
      // Nobody reads the output until the step has ended and its files are gone.
      await expect.poll(async () => (await project.leftovers()).length).toBeGreaterThan(1);
      await expect.poll(() => project.leftovers()).toEqual([]);
      expect(await readdir(project.folder)).toEqual(['.kici']);
      const { code, stdout } = await finished(child);
      expect(code).toBe(1);
      expect(stdout).toContain('the value is ***');
      expect(stdout).not.toContain('value-of-a');
    },
  );

  it('that has its agent speak of a secret sees it masked there too', async () => {
    const add =
      'for (let i = 0; i < 100; i += 1) ctx.addPath("/tmp/" + (await ctx.secrets.get("A")) + "/" + process.hrtime.bigint() + i);';
    const { code, stdout, stderr } = await runWith({ values: { A: 'value-of-a' } }, workflowOf(add, add));
    expect(code).toBe(0);
    expect(stderr).toMatch(/\/tmp\/\*\*\*\/\d+ was not added to PATH/);
    expect(`${stdout}${stderr}`).not.toContain('value-of-a');
  });

  it('that asks for more than is answered by its end has succeeded all the same', async () => {
    const { code, stderr } = await runWith(
      { values: { A: 'value-of-a' }, readMs: 3_000 },
      workflowOf(
        'for (let i = 0; i < 20; i += 1) { ctx.secrets.get("A").catch(() => {}); await new Promise((resolve) => setTimeout(resolve, 5)); }',
      ),
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('that leaves a process printing is heard of it no more than there is room for', async () => {
    const project = await makeProject({
      'main.ts': withSteps(
        `step('s', async () => {
          const { spawn } = await import('node:child_process');
          spawn('yes', ['x'.repeat(1000)], { stdio: ['ignore', 'inherit', 'ignore'], detached: true }).unref();
        })`,
        'env: {}',
      ),
    });
    const child = project.start(['run']);
    // Nobody reads until everything is over; Node.js would discard the rest of a process that has ended before.
    const unread = child.stdout?.pipe(new PassThrough());
    await expect.poll(() => project.leftovers()).not.toEqual([]);
    await expect.poll(() => project.leftovers()).toEqual([]);
    let bytes = 0;
    for await (const chunk of unread ?? []) if (Buffer.isBuffer(chunk)) bytes += chunk.byteLength;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(50_000_000);
  });

  it('that joins more than its agent could mask gets no file for it', async () => {
    const { stdout, left, code } = await runWith(
      { values: { A: 'x1y2z3w4'.repeat(8_192) } },
      workflowOf(`
      const joined = (count, divider) => ctx.secrets.mountFile({ sources: Array(count).fill('A'), divider }).then(() => 'written', (error) => error.code + ': ' + error.message);
      console.log('ONE', await joined(1_000, ''));
      const many = [];
      for (let index = 0; index < 12; index += 1) many.push(await joined(2, String(index)));
      console.log('MANY', many.filter((one) => one === 'written').length, many.at(-1));
      console.log('AGAIN', await joined(2, '0'), 'ALONE', await joined(1, ''));`),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('ONE cannot_write: ');
    expect(stdout).toMatch(/MANY 1 cannot_write: .*262144/);
    expect(stdout).toContain('AGAIN written ALONE written');
    expect(left).toEqual([]);
  });

  it('that mounts one secret again and again fills no disk', async () => {
    const { stdout, left, code } = await runWith(
      { values: { A: 'value-of-a' } },
      workflowOf(`
      const mount = () => ctx.secrets.mountFile({ sources: ['A'] }).then(() => 'written', (error) => error.code);
      const all = await Promise.all(Array.from({ length: 1_100 }, mount));
      console.log('WRITTEN', all.filter((one) => one === 'written').length, all.find((one) => one !== 'written'));`),
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('WRITTEN 1000 cannot_write')]);
    expect(left).toEqual([]);
  });

  it('gets no descriptor of whoever started its agent, and neither do its programs', async () => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject(
      {
        'secret-file': 'of the owner',
        'main.ts': workflowOf(
          'const { readdirSync, readlinkSync } = await import("node:fs"); for (const fd of readdirSync("/proc/self/fd")) try { console.log("OPEN", readlinkSync("/proc/self/fd/" + fd)); } catch {} await ctx.$`ls -l /proc/self/fd`;',
        ),
      },
      { KICI_URL: api.url },
    );
    const file = join(project.folder, '.kici/workflows/secret-file');
    const shell = spawn(
      'bash',
      ['-c', 'exec 9<"$0" 20<"$0" 63<"$0" 200<"$0"; exec "$@"', file, process.execPath, programFile('kici'), 'run'],
      { cwd: project.folder, env: project.environment, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const { code, stdout } = await finished(shell);
    expect(code).toBe(0);
    expect(stdout).toContain('OPEN ');
    expect(stdout).not.toContain('secret-file');
  });

  it('whatever it sends, and its agent goes on, gives nothing away and stays small', async () => {
    await attackAgent(7_001, 8, 'none');
  });

  it('cannot stay behind with a process in the background', async () => {
    const { stdout } = await runWith(
      {},
      workflowOf(
        'const { spawn } = await import("node:child_process"); const { writeFileSync } = await import("node:fs"); const child = spawn("sh", ["-c", "trap \'\' TERM; sleep 300"], { stdio: "ignore" }); child.unref(); writeFileSync("pid", String(child.pid));',
        'const { readFileSync } = await import("node:fs"); const state = await ctx.$`ps -o stat= -p ${readFileSync("pid", "utf8")}`.nothrow().quiet(); console.log("STATE [" + state.stdout.trim() + "]");',
      ),
    );
    expect(stdout).toMatch(/STATE \[Z?.?\]/);
    expect(stdout).not.toMatch(/STATE \[[SR]/);
  });
});

describe('frames', () => {
  it('come out whole however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (messages, sizes) => {
          const stream = Buffer.concat(messages.map(encodeFrame));
          const reader = new FrameReader(1_048_576);
          const got: unknown[] = [];
          for (let start = 0; start < stream.byteLength;) {
            const size = sizes.next().value;
            got.push(...reader.push(stream.subarray(start, start + size)));
            start += size;
          }
          expect(JSON.stringify(got)).toBe(JSON.stringify(messages));
        },
      ),
    );
  });

  it('that are longer than the limit are refused by their header', () => {
    expect(() => new FrameReader(10).push(Uint8Array.of(0, 0, 0, 11))).toThrow(FrameError);
    expect(() => new FrameReader(10).push(Buffer.concat([Uint8Array.of(0, 0, 0, 1), Buffer.from('{')]))).toThrow(
      FrameError,
    );
  });
});

describe('what all steps of a job leave to later ones', () => {
  const make = (): JobEnvironment => new JobEnvironment({ variables: [], jobEnv: {}, secrets: [], path: '/bin' });
  const variable = (name: string, bytes: number) => ({ name, value: 'x'.repeat(bytes) });

  it('is bounded in number, and a name that is set again counts once', () => {
    const environment = make();
    const all = Array.from({ length: bounds.exports }, (_, index) => variable(`V${index}`, 1));
    expect(environment.export(all)).toEqual([]);
    expect(environment.export(all)).toEqual([]);
    expect(environment.export([variable('MORE', 1)])).toEqual([
      `MORE was not exported: the steps of a job export at most ${bounds.exports} variables`,
    ]);
  });

  it('is bounded in bytes, and what is set again frees its own', () => {
    const environment = make();
    const all = Array.from({ length: 15 }, (_, index) => variable(`V${index}`, 120_000));
    expect(environment.export(all)).toEqual([]);
    expect(environment.sizeProblem()).toBeUndefined();
    environment.export([variable('B', 120_000)]);
    expect(environment.sizeProblem()).toMatch(/^with V0 all variables would take 1920\d+ bytes/);
    environment.export([variable('V1', 10)]);
    expect(environment.sizeProblem()).toBeUndefined();
  });

  it('is a PATH that a process can be given', () => {
    const environment = make();
    for (let index = 0; index < 1_000; index += 1) environment.addPath(`/tmp/${index}`);
    expect(environment.variables()['PATH']?.split(':')).toHaveLength(bounds.folders + 1);
    const long = make();
    for (let index = 0; index < 100; index += 1) long.addPath(`/${'x'.repeat(4_000)}${index}`);
    expect(long.variables()['PATH']?.length).toBeLessThan(bounds.folderCharacters + 100);
  });
});

describe('bytes of a channel', () => {
  it('that come one by one cost about their own room', () => {
    const reader = new FrameReader(1_048_576);
    const body = Buffer.from(JSON.stringify('x'.repeat(200_000)));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.byteLength);
    const received: unknown[] = [];
    for (const byte of Buffer.concat([head, body])) received.push(...reader.push(Buffer.of(byte)));
    expect(received).toEqual(['x'.repeat(200_000)]);
  });

  it('in all are bounded where that is said', () => {
    const room = { bytes: 80 };
    const reader = new FrameReader(100);
    reader.push(encodeFrame('x'.repeat(40)), room);
    new FrameReader(100).push(encodeFrame('x'.repeat(20)), room);
    expect(() => reader.push(encodeFrame('x'.repeat(10)), room)).toThrow('more bytes than there is room for');
  });

  it('are a message of a step, or nothing but a refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        const bytes = Buffer.from(body);
        const head = Buffer.alloc(4);
        head.writeUInt32BE(bytes.byteLength);
        let received: readonly unknown[] = [];
        try {
          received = new FrameReader(1_048_576).push(Buffer.concat([head, bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
        for (const message of received) expect(isStepMessage(message)).toBe(false);
      }),
    );
  });
});
