import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnvFileError, formatAssignment, parseEnvFile } from '../../src/agent/environment/env-file.ts';
import { runWith, withSteps, workflowOf } from './support/project.ts';

const parse = (text: string) => parseEnvFile(Buffer.from(text));

describe('the file that $KICI_ENV names', () => {
  it('takes values as they stand, blocks, blank lines and comments', () => {
    expect(parse('A=1\n\n  # note\nB= "two" = 2 \nC<<END\nline 1\nEND not yet\n\nEND\nD=\nE=x<<y')).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: ' "two" = 2 ' },
      { name: 'C', value: 'line 1\nEND not yet\n' },
      { name: 'D', value: '' },
      { name: 'E', value: 'x<<y' },
    ]);
  });

  it.each([
    ['no operator', 'A=1\nrubbish', 2],
    ['a name that no shell reads', 'a-b=1', 1],
    ['export', 'export A=1', 1],
    ['a block without an end', 'A=1\nB<<X\n1\n', 2],
    ['a block without a delimiter', 'B<<\n', 1],
    ['NODE_OPTIONS', 'A=1\n\nNODE_OPTIONS=--require=x', 3],
    ['PATH', 'PATH=/x', 1],
    ["the runner's names", 'KICI_TOKEN=x', 1],
    ['NUL', 'A=a\0b', 1],
    ['a value that no program can be given', `A=1\nBIG=${'x'.repeat(131_068)}`, 2],
    ['a block that no program can be given', `BIG<<E\n${'é\n'.repeat(50_000)}E`, 1],
  ])('names the line of %s, and quotes nothing of it', (_, text, line) => {
    let error: unknown;
    try {
      parse(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(EnvFileError);
    expect(error).toMatchObject({ line });
    expect(String(error)).toContain(`line ${line} `);
    expect(String(error)).not.toContain('rubbish');
  });

  it('ends its lines with LF or CRLF, those of blocks too', () => {
    expect(parse('A=1\r\n\r\n# note\r\nB=\r\nC<<END\r\none\r\ntwo\r\nEND\r\nD=4\nE= x \r\n')).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '' },
      { name: 'C', value: 'one\ntwo' },
      { name: 'D', value: '4' },
      { name: 'E', value: ' x ' },
    ]);
    // As setEnv writes it: the value stays as it is.
    expect(parse(formatAssignment({ name: 'A', value: 'one\r\ntwo\r' }, 'END'))).toEqual([
      { name: 'A', value: 'one\r\ntwo\r' },
    ]);
  });

  it.each([
    ['a BOM', '\uFEFFA=1', 'line 1 of the file that $KICI_ENV names starts with a byte order mark (BOM)'],
    [
      'a BOM of what was appended',
      'A=1\n\uFEFF# note\nB=2',
      'line 2 of the file that $KICI_ENV names starts with a byte',
    ],
    [
      'a word of shells',
      'export A="1"',
      'line 1 of the file that $KICI_ENV names starts with export, which belongs to shells',
    ],
  ])('calls %s by its name', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('names the line that is not UTF-8', () => {
    expect(() => parseEnvFile(Buffer.concat([Buffer.from('A=1\nB='), Buffer.of(0xff), Buffer.from('\nC=2')]))).toThrow(
      'line 2 ',
    );
  });

  it('gives back any value that was written to it as a block', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0')),
          { minLength: 1 },
        ),
        (texts) => {
          const written = texts
            .map((value, index) => formatAssignment({ name: `V${index}`, value }, '6f1c0d'))
            .join('');
          expect(parse(written)).toEqual(texts.map((value, index) => ({ name: `V${index}`, value })));
        },
      ),
    );
  });
});

const secrets = {
  values: { TOKEN: 'value-of-token' },
  variables: [
    { name: 'REGION', value: 'eu', locked: true },
    { name: 'LEVEL', value: 'info', locked: false },
  ],
};
const show =
  'console.log("SEEN " + [process.env.TOKEN, process.env.REGION, process.env.LEVEL, process.env.A, process.env.B].join("|"));';

describe('the environment of steps', () => {
  it('is an allow-list with the variables: nothing of the agent and no secret', async () => {
    const { stdout, code } = await runWith(
      secrets,
      workflowOf(
        'console.log("NAMES " + Object.keys(process.env).sort().join()); await ctx.$`env | cut -d= -f1 | sort | tr "\\n" ,`; console.log("SOCKETS", (await ctx.$`find /proc/self/fd -lname "socket*" | wc -l`).stdout.trim());',
      ),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('NAMES CI,HOME,KICI_ENV,LANG,LEVEL,PATH,REGION,TMPDIR\n');
    expect(stdout).not.toMatch(/KICI_TOKEN|KICI_URL|agent-token-canary/);
    // Uses standard error, since output goes to wc and input has ended: children do not inherit the agent's channel.
    expect(stdout).toContain('SOCKETS 1\n');
  });

  it('takes what steps export, last write first, but no name of a secret or of a locked variable', async () => {
    const { stdout, stderr, code } = await runWith(
      secrets,
      workflowOf(
        `ctx.setEnv('A', 'from function'); await ctx.$\`printf 'A=from shell\\nB<<E\\ntwo\\nlines\\nE\\nTOKEN=x\\nREGION=us\\nLEVEL=debug\\n' >> "$KICI_ENV"\`; ${show}`,
        show,
        'ctx.setEnv("A", "again")',
        show,
      ),
    );
    expect(code).toBe(0);
    expect(stdout.match(/SEEN [^-]*/g)?.map((text) => text.trim())).toEqual([
      'SEEN |eu|info||',
      'SEEN |eu|debug|from shell|two\nlines',
      'SEEN |eu|debug|again|two\nlines',
    ]);
    expect(stderr).toContain('TOKEN was not exported');
    expect(stderr).toContain('REGION was not exported');
  });

  it('takes from steps and from the job what is only declared as a secret: there is no value that could win', async () => {
    const { stdout, stderr } = await runWith(
      { values: { TOKEN: 'v' }, declared: ['LATER', 'OF_JOB'] },
      withSteps(
        `step('one', async (ctx) => ctx.setEnv('LATER', 'from a step')),
         step('two', async () => console.log('SEEN ' + process.env.LATER + process.env.OF_JOB))`,
        "environment: 'production', env: { OF_JOB: ' and the job', TOKEN: 'x' }",
      ),
    );
    expect(stdout).toContain('SEEN from a step and the job');
    expect(stderr).not.toContain('LATER was not exported');
    expect(stderr).toContain("TOKEN of the job's env was ignored: a secret of the environment has this name");
  });

  it.each([
    ['expose', 'await ctx.secrets.expose("BIG_SECRET")'],
    ['setEnv', 'ctx.setEnv("BIG_ONE", "x".repeat(131_064))'],
    ['$KICI_ENV', 'await ctx.$`printf "BIG_ONE=%131064d\\n" 1 >> "$KICI_ENV"`'],
  ])('a variable that no program can be given is refused by name where it is set: %s', async (_, body) => {
    const values = { BIG_SECRET: 'x'.repeat(131_061) };
    const { code, stderr, stdout } = await runWith(
      { values },
      workflowOf(`${body}; console.log("AFTER")`, 'console.log("NEVER")'),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /BIG_\w+ would take 13107\d bytes, and no program can be started with a variable that takes more than 131072/,
    );
    expect(stdout).not.toContain('NEVER');
  });

  it('the largest that a program can be given reaches one', async () => {
    const { code, stdout } = await runWith(
      {},
      workflowOf('ctx.setEnv("FULL", "x".repeat(131_066))', 'await ctx.$`printf %s "$FULL" | wc -c`'),
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^131066$/m)]);
  });

  it('variables that are too many for any program are refused by name: exported, exposed and at the start of a job', async () => {
    const many = 'for (let n = 0; n < 8; n += 1) ctx.setEnv("MANY_" + n, "x".repeat(120_000));';
    const exported = await runWith({}, workflowOf(many, many.replaceAll('MANY_', 'MORE_'), 'console.log("NEVER")'));
    expect([exported.code, exported.stdout]).toEqual([1, expect.not.stringContaining('NEVER')]);
    expect(exported.stderr).toMatch(/^with M\w+_\d all variables would take 1920\d+ bytes/m);
    const values = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`S_${n}`, `${n}-${'x'.repeat(65_000)}`]));
    const exposed = await runWith(
      { values },
      workflowOf('for (const key of ctx.secrets.list()) await ctx.secrets.expose(key);'),
    );
    expect(exposed.stderr).toMatch(/EnvironmentNameError: with S_\d+ all variables would take 18\d+ bytes/);
    const variables = Object.entries(values).map(([name, value]) => ({ name, value, locked: false }));
    const started = await runWith({ variables }, workflowOf('console.log("NEVER")'));
    expect([started.code, started.stdout]).toEqual([1, expect.not.stringContaining('NEVER')]);
    expect(started.stderr).toMatch(/kici: variable_too_large: with S_\d+ all variables would take 19\d+ bytes/);
  });

  it('an invalid line fails the step that wrote it, and the job goes no further', async () => {
    const { stdout, stderr, code } = await runWith(
      secrets,
      workflowOf('await ctx.$({ quiet: true })`echo rubbish-c4n4ry >> "$KICI_ENV"`', 'console.log("NEVER")'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('line 1 of the file that $KICI_ENV names');
    expect(stderr).not.toContain('rubbish-c4n4ry');
    expect(stdout).not.toContain('NEVER');
  });

  it("a link in the file's place is not followed", async () => {
    const { stderr, code } = await runWith(secrets, workflowOf('await ctx.$`ln -s /etc/hostname "$KICI_ENV"`', ''));
    expect(code).toBe(1);
    expect(stderr).toContain('not a plain file');
  });

  it('expose reaches $, child processes and process.env at once, and no other step', async () => {
    const seen =
      'console.log("HAS", "TOKEN" in process.env, (await ctx.$`printenv TOKEN | wc -c`.nothrow().quiet()).stdout.trim(), require("node:child_process").execSync("printenv TOKEN | wc -c || true").toString().trim());';
    const body = `const { createRequire } = await import("node:module"); const require = createRequire(import.meta.url);`;
    const { stdout } = await runWith(
      secrets,
      workflowOf(`${body} ${seen} await ctx.secrets.expose('TOKEN'); ${seen}`, `${body} ${seen}`),
    );
    expect(stdout.match(/HAS .*/g)).toEqual(['HAS false 0 0', 'HAS true 15 15', 'HAS false 0 0']);
  });

  it('exposeFile restores what the variable held when the step ends', async () => {
    const { stdout } = await runWith(
      { values: { K: 'value-of-k' } },
      withSteps(
        'step("s", async (ctx) => { process.on("exit", () => console.log("AT EXIT", process.env.OLD, process.env.NEW)); process.env.OLD = "kept"; for (const name of ["OLD", "NEW"]) await ctx.secrets.exposeFile(name, { sources: ["K"] }); await ctx.$`cat "$OLD" | wc -c`; console.log("DURING", process.env.OLD.startsWith("/"), process.env.NEW.startsWith("/")); })',
      ),
    );
    expect(stdout).toContain('10\n');
    expect(stdout).toContain('DURING true true\n');
    expect(stdout).toContain('AT EXIT kept undefined\n');
  });

  it('addPath reaches this step and the later ones', async () => {
    const { stdout } = await runWith(
      {},
      workflowOf(
        'await ctx.$`mkdir -p tools && printf "#!/bin/sh\\necho found-it\\n" > tools/mytool && chmod +x tools/mytool`; ctx.addPath(process.cwd() + "/tools"); await ctx.$`mytool`;',
        'await ctx.$`mytool`',
      ),
    );
    expect(stdout.match(/^found-it$/gm)).toHaveLength(2);
  });

  it("a job's own env gives way to a locked variable", async () => {
    const { stdout, stderr } = await runWith(
      secrets,
      withSteps(
        `step('s', async () => { ${show} })`,
        'environment: "production", env: { REGION: "us", LEVEL: "trace", A: "1" }',
      ),
    );
    expect(stdout).toContain('SEEN |eu|trace|1|');
    expect(stderr).toContain("REGION of the job's env was ignored");
  });
});
