import { describe, expect, it } from 'vitest';
import { describeLane, missingVariable } from '../support/lane.ts';
import { lines, printed, printing, readSlowly } from './support/output.ts';
import { expectSame, outputMatrix } from './support/output-matrix.ts';
import { slowReaders } from './support/slow-readers.ts';
import { makeProject } from './support/project.ts';
import { bwrapMissing } from './support/bwrap.ts';

/** All sandboxes print through the same code; `test/deep/output.test.ts` gives each as much as `none` gets here. */
const some = 30_000;
const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';

describe('none', () => {
  outputMatrix('none');

  it('what a module prints while it is loaded arrives, from the process that reads the workflows and from each step', async () => {
    const { stdout, stderr, code } = await printed(
      `for (let i = 1; i <= 100_000; i++) console.log('line ' + i);\n${printing("step('s', () => { console.log('RAN') })")}`,
    );
    expect(code).toBe(0);
    expectSame(stderr, lines(100_000));
    expectSame(stdout, `${lines(100_000)}RAN\n`);
  });

  it('what exit handlers of a module print arrives, from both', async () => {
    const { stdout, stderr } = await printed(
      `process.on('beforeExit', () => { console.log('BEFORE') }); process.on('exit', () => { for (let i = 1; i <= 50_000; i++) console.log('line ' + i); });\n${printing("step('s', () => { console.log('RAN') })")}`,
    );
    expectSame(stderr, `BEFORE\n${lines(50_000)}`);
    expectSame(stdout, `RAN\nBEFORE\n${lines(50_000)}`);
  });

  it('exit handlers that come only when the process ends are run, too', async () => {
    const { stdout } = await printed(
      printing(
        "step('s', () => { process.once('beforeExit', () => { process.on('exit', () => { console.log('LATE'); process.on('exit', () => {}); }); }); })",
      ),
    );
    expect(stdout).toBe('LATE\n');
  });

  it('a process that is stopped for a while at its end still runs what it has begun', async () => {
    const { stdout } = await printed(
      printing(
        `step('s', () => { process.once('beforeExit', () => setImmediate(() => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
          setImmediate(() => { console.log('BEFORE'); });
        })); })`,
      ),
    );
    expect(stdout).toBe('BEFORE\n');
  });

  it('a slow reader gets all of both streams', async () => {
    const project = await makeProject({
      'main.ts': printing(
        "step('s', () => { for (let i = 1; i <= 300_000; i++) { console.log('out ' + i); if (i % 10 === 0) console.error('err ' + i / 10); } })",
      ),
    });
    const { code, stdout, stderr } = await readSlowly(project);
    expect(code).toBe(0);
    expectSame(stdout, lines(300_000, 'out'));
    expectSame(stderr, lines(30_000, 'err'));
  });

  slowReaders('none');

  it('a background process that keeps the output open does not hold the step', async () => {
    const { stdout, code } = await printed(
      printing(
        `step('s', async () => {
          const { spawn } = await import('node:child_process');
          spawn('sh', ['-c', 'echo IN-THE-GROUP; sleep 300'], { stdio: 'inherit' });
          const left = spawn('sh', ['-c', 'echo LEFT; sleep 300'], { stdio: 'inherit', detached: true });
          left.unref();
          await new Promise((resolve) => setTimeout(resolve, 500));
        })`,
      ),
    );
    expect(code).toBe(0);
    expect(stdout.split('\n').toSorted()).toEqual(['', 'IN-THE-GROUP', 'LEFT']);
  });

  it('a child that makes the shared output non-blocking loses nothing of what the step prints', async () => {
    const { stdout, code } = await printed(
      printing(
        `step('s', async () => {
          const { spawn } = await import('node:child_process');
          const { once } = await import('node:events');
          const child = spawn(process.execPath, ['-e', 'process.stdout.write(""); process.send(""); process.on("message", () => process.disconnect())'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
          await once(child, 'message');
          for (let i = 1; i <= 100_000; i++) console.log('line ' + i);
          child.send('');
          await once(child, 'exit');
        })`,
      ),
    );
    expect(code).toBe(0);
    expectSame(stdout, lines(100_000));
  });

  it("a stream of its own in place of a worker's output stays with the author", async () => {
    const { stdout } = await printed(
      printing(
        `step('s', async () => {
          const { Worker } = await import('node:worker_threads');
          const worker = new Worker('console.log("mine")', { eval: true, stdout: true });
          let text = '';
          for await (const chunk of worker.stdout) text += chunk;
          console.log('GOT', text.trim());
        })`,
      ),
    );
    expect(stdout).toBe('GOT mine\n');
  });
});

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  outputMatrix('bwrap', '', some);
});

describeLane(
  {
    name: 'container',
    missing:
      missingVariable('DOCKER_HOST', 'a container engine') ??
      missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image'),
  },
  () => {
    outputMatrix('container', `container: { image: '${image}' },`, some);
  },
);

describe('--json', () => {
  it('carries the same text, and the bytes that are none as U+FFFD, to the last', async () => {
    const project = await makeProject({
      'main.ts': printing(
        `step('s', async () => {
          for (let i = 1; i <= 100_000; i++) console.log('zeile ü ' + i);
          process.stdout.write(Buffer.from([0x41, 0xe2, 0x82]));
          process.stderr.write(Buffer.from([0xe2]));
        }), step('t', () => { process.stdout.write(Buffer.from([0xac])); })`,
      ),
    });
    const { stdout } = await project.run('run', '--json');
    const texts = (step: string, stream: string): string =>
      stdout
        .trimEnd()
        .split('\n')
        .map((line): { type: string; step?: string; stream?: string; text?: string } => JSON.parse(line))
        .filter((event) => event.type === 'output' && event.step === step && event.stream === stream)
        .map(({ text }) => text)
        .join('');
    expectSame(texts('s', 'stdout'), `${lines(100_000, 'zeile ü')}A\uFFFD`);
    expect(texts('s', 'stderr')).toBe('\uFFFD');
    expect(texts('t', 'stdout')).toBe('\uFFFD');
  });
});
