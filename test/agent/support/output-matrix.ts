import { expect, it } from 'vitest';
import { lines, numbers, printed, printing } from './output.ts';

const loop = (count: number, to = 'log'): string => `for (let i = 1; i <= ${count}; i++) console.${to}('line ' + i);`;

/** What a step prints arrives, byte for byte. @param extra options of the job, each with a comma after it */
export function outputMatrix(sandbox: string, extra = ''): void {
  const run = async (steps: string): ReturnType<typeof printed> =>
    printed(printing(steps, extra), '--sandbox', sandbox);
  const body = (text: string): string => `step('s', async (ctx) => { ${text} })`;

  it.each([1, 300, 300_000])('%i lines arrive on both streams, of a step that succeeds', async (count) => {
    const { code, stdout, stderr } = await run(body(`${loop(count)} ${loop(count, 'error')}`));
    expect(code).toBe(0);
    expectSame(stdout, lines(count));
    expectSame(stderr, lines(count));
  });

  it('one write of 8 MB arrives', async () => {
    const { stdout } = await run(body("process.stdout.write('0123456789abcde\\n'.repeat(524_288))"));
    expectSame(stdout, '0123456789abcde\n'.repeat(524_288));
  });

  it.each([
    ['that throws', `${loop(2_000, 'error')} throw new Error('it failed');`, 'Error: it failed'],
    ['that ends its process', `${loop(2_000, 'error')} process.exit(7);`, 'ended with code 7'],
    [
      'that dies of an exception',
      `${loop(2_000, 'error')} setImmediate(() => { throw new Error('it died'); }); await new Promise(() => {});`,
      'Error: it died',
    ],
    [
      'that kills its process',
      `${loop(2_000, 'error')} process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`,
      'before its function had returned',
    ],
  ])('2000 lines and the error arrive of a step %s', async (_, text, problem) => {
    const { code, stderr } = await run(body(text));
    expect(code).toBe(1);
    expectSame(stderr.slice(0, lines(2_000).length), lines(2_000));
    expect(stderr).toContain(problem);
  });

  it('all lines arrive that a step printed before its timeout', async () => {
    const { code, stdout } = await run(
      `step('s', { timeout: 5000 }, async () => { ${loop(2_000)} process.stdout.write('0123456789abcde\\n'.repeat(65_536)); await new Promise((resolve) => setInterval(() => {}, 60_000)); })`,
    );
    expect(code).toBe(1);
    expectSame(stdout, `${lines(2_000)}${'0123456789abcde\n'.repeat(65_536)}`);
  });

  it('what handlers of the end print arrives', async () => {
    const { code, stdout } = await run(
      body(
        `process.once('beforeExit', () => { setImmediate(() => { console.log('BEFORE') }) }); process.on('exit', () => { ${loop(50_000)} });`,
      ),
    );
    expect(code).toBe(0);
    expectSame(stdout, `BEFORE\n${lines(50_000)}`);
  });

  it.each([
    ['that has ended', '', "'exit'"],
    ['that ends its thread', 'process.exit(0);', "'exit'"],
    [
      'that lives on',
      "require('node:worker_threads').parentPort.postMessage(1); setInterval(() => {}, 1000);",
      "'message'",
    ],
  ])('what a worker prints arrives, of one %s', async (_, last, event) => {
    const { stdout } = await run(
      body(
        `const { Worker } = await import('node:worker_threads'); const { once } = await import('node:events');
        await once(new Worker(${JSON.stringify(`${loop(50_000)} ${last}`)}, { eval: true }), ${event});`,
      ),
    );
    expectSame(stdout, lines(50_000));
  });

  it("what a step's commands and children print arrives", async () => {
    const { code, stdout } = await run(
      body(
        `const { spawn } = await import('node:child_process'); const { once } = await import('node:events');
        await ctx.$\`seq 1 100000\`;
        await once(spawn('seq', ['1', '100000'], { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
        const piped = spawn('seq', ['1', '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
        piped.stdout.pipe(process.stdout);
        await once(piped, 'close');`,
      ),
    );
    expect(code).toBe(0);
    expectSame(stdout, numbers(100_000).repeat(3));
  });
}

/** Without a difference of megabytes in the report. */
export function expectSame(actual: string, expected: string): void {
  if (actual === expected) return;
  throw new Error(
    `${actual.length} characters, where ${expected.length} were printed; the last are ${JSON.stringify(actual.slice(-80))}`,
  );
}
