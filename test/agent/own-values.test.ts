import { describe, expect, it } from 'vitest';
import { runWith, withSteps, workflowOf, type Run } from './support/project.ts';

const own = 'made-by-a-t00l/9931';
const make = `const own = ['made', 'by', 'a', 't00l/9931'].join('-');`;

function expectNoTrace({ stdout, stderr }: Run): void {
  const buffer = Buffer.from(own);
  for (const form of [own, buffer.toString('base64').slice(0, -4), buffer.toString('hex'), encodeURIComponent(own)])
    expect(stdout + stderr).not.toContain(form);
}

describe('ctx.mask', () => {
  it('keeps a value out of output, errors, files and later steps from when it resolves, in all its encodings', async () => {
    const run = await runWith(
      {},
      workflowOf(
        `${make} await ctx.mask(own);
        console.log('OWN', own, Buffer.from(own).toString('base64'), Buffer.from(own).toString('hex'), encodeURIComponent(own), JSON.stringify({ own }));
        for (const letter of own) process.stdout.write(letter);
        console.log();
        await ctx.$\`echo \${own} >&2\`;
        ctx.setEnv('PASSED', 'prefix-' + own);`,
        `${make} await ctx.$\`printenv PASSED\`; console.error(own); throw new Error('with ' + own, { cause: own });`,
      ),
    );
    expectNoTrace(run);
    expect(run.stdout).toContain('OWN *** *** *** *** {"own":"***"}\n***\n');
    expect(run.stdout).toContain('prefix-***\n');
    expect(run.stderr).toContain('Error: with ***');
  });

  it('takes bytes and text of several lines, and shows nothing in events as JSON', async () => {
    const run = await runWith(
      {},
      workflowOf(
        `await ctx.mask(Uint8Array.of(0xff, 0xfe, 0x41, 0x42, 0x43, 0x44)); process.stdout.write(Buffer.of(0x3c, 0xff, 0xfe, 0x41, 0x42, 0x43, 0x44, 0x3e, 10));
        ${make} await ctx.mask('first line here\\n' + own); console.log('LINE', own);`,
      ),
      '--json',
    );
    expectNoTrace(run);
    expect(run.stdout).toContain('"text":"<***>\\n');
    expect(run.stdout).toContain('LINE ***');
  });

  it('tells of a value that is too short to be masked', async () => {
    const { code, stderr } = await runWith({}, workflowOf('await ctx.mask("abc"); await ctx.mask("");'));
    expect(code).toBe(0);
    expect(stderr.match(/a value that was given to ctx.mask is too short to be masked/g)).toHaveLength(2);
  });

  it('rejects what it cannot keep out of the log: other things, large values, more than a job may mask', async () => {
    const tried = (value: string): string =>
      `await ctx.mask(${value}).then(() => console.log('TOOK'), (error) => console.log('REFUSED', error.code, error.message));`;
    const { stdout } = await runWith(
      {},
      withSteps(
        `step('one', async (ctx) => { ${tried('42')} ${tried('undefined')} ${tried('"x".repeat(65_537)')} for (let n = 0; n < 4; n += 1) await ctx.mask(String(n).repeat(65_536)); ${tried('"0".repeat(65_536)')} }),
         step('two', async (ctx) => { ${tried('"one-more"')} ${tried('"0".repeat(65_536)')} })`,
        'network: false',
      ),
    );
    expect(stdout.match(/(?:TOOK|REFUSED \S+)/g)).toEqual([
      'REFUSED invalid_value',
      'REFUSED invalid_value',
      'REFUSED mask_limit',
      'TOOK',
      'REFUSED mask_limit',
      // Else a step could find out what another one has masked.
      'REFUSED mask_limit',
    ]);
    expect(stdout).toContain('all the steps of a job can mask 1000 values and 262144 bytes of their own');
  });

  it('does so in a sandbox as well', async () => {
    const run = await runWith(
      {},
      workflowOf(`${make} await ctx.mask(own); console.log('OWN', own);`),
      '--sandbox',
      'bwrap',
    );
    expectNoTrace(run);
    expect(run.stdout).toContain('OWN ***\n');
  });
});
