import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProject, runWith, workflowOf, type Outcome, type Run } from './support/project.ts';

const run = async (...bodies: readonly string[]): Promise<Run> =>
  runWith({ values: { TOKEN: "c4n4ry 'quoted' $value" } }, workflowOf(...bodies));

interface Caught {
  readonly string: string;
  readonly inspected: string;
  readonly message: string;
  readonly code: string;
  readonly exitCode: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an author gets who catches the failures of these commands, all in one step. */
async function failuresOf(
  commands: readonly string[],
): Promise<{ readonly failures: readonly Caught[]; readonly log: string; readonly source: string }> {
  const source = workflowOf(`
  const { inspect } = await import('node:util');
  const tried = async (command) => {
    const error = await command().then(() => undefined, (reason) => reason);
    console.log('CAUGHT ' + JSON.stringify({ string: String(error), inspected: inspect(error), message: error?.message, code: error?.code, exitCode: error?.exitCode, signal: error?.signal, stdout: error?.stdout, stderr: error?.stderr }));
  };
  ${commands.map((command) => `await tried(async () => ${command});`).join('\n')}`).replace(
    "environment: 'production', ",
    '',
  );
  const project = await makeProject({ 'main.ts': source });
  const { stdout, stderr }: Outcome = await project.run('run');
  const lines = stdout.split('\n').filter((text) => text.startsWith('CAUGHT '));
  expect(lines.length, stderr).toBe(commands.length);
  return {
    failures: lines.map((line): Caught => JSON.parse(line.slice('CAUGHT '.length))),
    log: stderr,
    source,
  };
}

const countOf = (text: string, part: string): number => text.split(part).length - 1;

describe('the input of a command', () => {
  it('is at its end at once, for it, for what it starts and for every child that inherits it', async () => {
    const { code, stdout, stderr } = await run(
      `const { spawnSync } = await import('node:child_process');
       await ctx.$\`cat; read line || echo READ; sh -c "wc -c"\`;
       console.log('CHILDREN', ['sh', 'cat'].map((name) => spawnSync(name, { stdio: 'inherit' }).status));
       spawnSync('sh', ['-c', 'cat; echo GRANDCHILD'], { stdio: 'inherit' });
       for await (const _ of process.stdin) console.log('NEVER');
       console.log('OWN');`,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const text of ['READ\n0\n', 'CHILDREN [ 0, 0 ]\n', 'GRANDCHILD\n', 'OWN\n']) expect(stdout).toContain(text);
    expect(stdout).not.toContain('NEVER');
  });

  it('is what the author gives, byte for byte, read or not', async () => {
    const { stdout, code } = await run(
      `console.log('TEXT', await ctx.$({ input: 'two\\nlines' })\`cat\`.text());
       console.log('BYTES', (await ctx.$({ input: Uint8Array.of(0, 255, 10) })\`od -An -tx1\`).stdout.trim());
       await ctx.$({ input: 'x'.repeat(3_000_000) })\`head -c 5 > /dev/null\`;
       console.log('LARGE', await ctx.$({ input: 'x'.repeat(3_000_000) })\`wc -c\`.text());`,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('TEXT two\nlines\n');
    expect(stdout).toContain('BYTES 00 ff 0a\n');
    expect(stdout).toContain('LARGE 3000000\n');
  });
});

describe('a pipe', () => {
  it('joins commands, written either way, byte for byte', async () => {
    const { stdout, code, stderr } = await run(
      `console.log('A', (await ctx.$\`seq 1 200000\`.pipe\`sort -rn\`.pipe\`head -n 2\`.quiet()).stdout.trim());
       console.log('B', await ctx.$\`printf 'b\\na\\n'\`.pipe(ctx.$\`sort\`).lines());
       console.log('C', (await ctx.$\`head -c 5000000 /dev/zero\`.pipe\`wc -c\`).stdout.trim());
       await ctx.$\`yes\`.pipe\`head -n 1\`;`,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('A 200000\n199999\n');
    expect(stdout).toContain("B [ 'a', 'b' ]\n");
    expect(stdout).toContain('C 5000000\n');
    expect(stderr).not.toMatch(/reset|broken/i);
  });

  it('fails with the command of it that failed, and is refused where it cannot be', async () => {
    const cases = [
      ['ctx.$`echo first >&2; exit 4`.pipe`cat`', '`echo first >&2; exit 4` ended with exit code 4'],
      ['ctx.$`seq 1 100000`.pipe`exit 5`', '`exit 5` ended with exit code 5'],
      ['ctx.$`exit 6`.pipe`cat`.pipe`cat`', '`exit 6` ended with exit code 6'],
      ['ctx.$`nosuchprogram`.pipe`cat`', '`nosuchprogram` ended with exit code 127'],
      ['{ const first = ctx.$`echo`; await first; await first.pipe`cat`; }', 'pipe() was called too late'],
      ['{ const one = ctx.$`echo`; one.pipe`cat`; await one.pipe`cat`; }', 'pipe() joins one output with one input'],
    ] as const;
    const { failures } = await failuresOf(cases.map(([command]) => command));
    expect(failures.map(({ message }) => message)).toEqual(cases.map(([, text]) => expect.stringContaining(text)));
  });
});

const reasons = [
  ['a signal', 'ctx.$`kill -9 $$`', '`kill -9 $$` was ended by SIGKILL', { exitCode: 137, signal: 'SIGKILL' }],
  ['a signal within', "ctx.$`sh -c 'kill -TERM $$'; true`", 'exit code 143: a program in it was ended by SIGTERM', {}],
  ['an unknown program', 'ctx.$`nosuchprogram`', 'exit code 127: a program in it was not found', { exitCode: 127 }],
  [
    'a missing folder',
    'ctx.$({ cwd: "/nonexistent" })`true`',
    'could not be started: "/nonexistent", its working directory, is not a folder (ENOENT)',
    { code: 'command_not_started', exitCode: 127 },
  ],
  [
    'a missing shell',
    'ctx.$({ env: { PATH: "/nonexistent" } })`true`',
    'could not be started: there is no bash on PATH',
    { code: 'command_not_started', exitCode: 127 },
  ],
  [
    'a command line that is too long',
    'ctx.$`true ${"x".repeat(140_000)}`',
    '`true ${… 140000 characters}` could not be started: it has 140005 bytes',
    { code: 'command_not_started', exitCode: 126 },
  ],
  [
    'its time',
    'ctx.$({ timeout: "500ms" })`sleep 300; true`',
    'did not end within its 500 ms',
    { code: 'command_timed_out', signal: 'SIGTERM' },
  ],
  ['a NUL in an argument', 'ctx.$`echo ${"a\\0b"}`', 'number 1 holds a NUL byte', { code: 'invalid_command' }],
  ['a NUL in a list', 'ctx.$`echo ${["a", "b\\0"]}`.nothrow()', 'number 1 holds a NUL byte', {}],
  ['a NUL in its own text', 'ctx.$`echo a\\0b`', 'its text holds a NUL byte', { exitCode: 126 }],
  ['a NUL in a variable', 'ctx.$({ env: { A: "a\\0b" } })`true`', 'gives A a value with a NUL byte', {}],
  ['a variable that is too large', 'ctx.$({ env: { A: "a".repeat(131_070) } })`true`', 'A would take 131073 bytes', {}],
  ['a promise for an argument', 'ctx.$`echo ${ctx.secrets.get("TOKEN")}`', 'is a promise; await it first', {}],
  ['nothing for an argument', 'ctx.$`rm -rf ${undefined}/x`', 'is undefined', { code: 'invalid_command' }],
  ['a misspelt option', 'ctx.$({ quit: true })`true`', 'did you mean quiet?', { code: 'invalid_command' }],
] as const;

it('a command that fails says why, as a sentence', async () => {
  const { failures } = await failuresOf(reasons.map(([, command]) => command));
  for (const [index, [name, , message, fields]] of reasons.entries()) {
    const failure = failures[index];
    expect(failure, name).toMatchObject({ signal: null, ...fields, message: expect.stringContaining(message) });
    expect(failure?.inspected, name).toContain(message);
    expect(failure?.string, name).toBe(`ShellError: ${failure?.message}`);
    expect(`${failure?.inspected} ${failure?.string}`, name).not.toMatch(/null|ProcessOutput|exitCode|stdout/);
    expect(failure?.inspected.length, name).toBeLessThan(3_000);
  }
});

describe('a command that fails', () => {
  it('shows itself, the end of its error output and the line that called it, each once', async () => {
    const { failures, log, source } = await failuresOf(['ctx.$`echo ${"to out"}; seq 1 30 >&2; exit 3`']);
    const line = source.split('\n').findIndex((text) => text.includes('exit 3')) + 1;
    const [failure] = failures;
    expect(failure).toMatchObject({ code: 'command_failed', exitCode: 3, signal: null, stdout: 'to out\n' });
    expect(failure?.stderr).toMatch(/^1\n2\n[\s\S]*\n30\n$/);
    for (const text of [failure?.string ?? '', failure?.inspected ?? '']) {
      expect(text).toContain("the command `echo 'to out'; seq 1 30 >&2; exit 3` ended with exit code 3\n");
      expect(text).toContain('output:\n    21\n    22\n');
      expect(countOf(text, '    30\n')).toBe(1);
      expect(countOf(text, `.kici/workflows/main.ts:${line}:`)).toBe(text === failure?.string ? 1 : 2);
    }
    expect(countOf(log, '\n30\n')).toBe(1);
  });

  it('fails the step with that sentence, without the frames of the runner and what was printed before', async () => {
    const { code, stderr } = await run('await ctx.$({ quiet: true })`echo only-here >&2; exit 3`');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^ShellError: the command `echo only-here >&2; exit 3` ended with exit code 3\n {2}the end of its error output:\n {4}only-here\n {4}at \.kici\/workflows\/main\.ts:3:\d+ \{\n {2}code: 'command_failed'\n\}\nkici: step_failed: step step 1\nfailures:\n {2}only › step 1 {2}\.kici\/workflows\/main\.ts:3:\d+\n$/,
    );
  });

  it('is told like that where nobody awaits it', async () => {
    const { code, stderr } = await run(
      'void ctx.$`exit 7`; await new Promise((resolve) => setTimeout(resolve, 60_000))',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/the command `exit 7` ended with exit code 7\n {4}at \.kici\/workflows\/main\.ts:3:/);
    expect(countOf(stderr, 'exit code 7')).toBe(1);
    expect(stderr).not.toMatch(/exitCode|ProcessOutput/);
  });

  it('is told like that as the cause of another error', async () => {
    const { stderr } = await run(
      'await ctx.$`exit 8`.catch((error) => { throw new Error("deploy failed", { cause: error }); })',
    );
    expect(stderr).toMatch(
      /Error: deploy failed\n[\s\S]*\[cause\]: ShellError: the command `exit 8` ended with exit code 8\n/,
    );
    expect(countOf(stderr, 'exit code 8')).toBe(1);
  });

  it('shows a requested secret in no form', async () => {
    const { stdout, stderr, project } = await run(
      'const token = await ctx.secrets.get("TOKEN"); await ctx.$`echo ${token} >&2; exit 3`.catch((error) => { console.log(String(error)); throw error; })',
    );
    expect(await readFile(join(project.folder, '.kici/workflows/main.ts'), 'utf8')).toContain('token');
    expect(stdout + stderr).not.toMatch(/c4n4ry|quoted/);
    expect(stderr).toContain("the command `echo '***' >&2; exit 3` ended with exit code 3");
  });
});

it('nothrow gives what became of a command, quiet keeps it out of the log, and its output can be an argument', async () => {
  const { code, stdout, stderr } = await run(
    `const show = (name, { exitCode, signal, stdout }) => console.log(name, exitCode, signal, JSON.stringify(stdout));
     show('EXIT', await ctx.$\`echo out; exit 9\`.nothrow());
     show('SIGNAL', await ctx.$({ nothrow: true })\`kill -9 $$\`);
     show('LONG', await ctx.$\`true \${'x'.repeat(200_000)}\`.nothrow());
     console.log('PRINTED', await ctx.$\`exit 2\`.nothrow());
     console.log('LENGTH', (await ctx.$({ quiet: true })\`echo unheard; echo unheard >&2\`).text().length);
     console.log('LENGTH', (await ctx.$\`echo unheard; echo unheard >&2\`.quiet()).text().length);
     const made = await ctx.$\`printf 'a b\\n\\n'\`;
     await ctx.$\`printf '<%s>' \${made} \${['c d', 1, true]}\`;`,
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('EXIT 9 null "out\\n"\n');
  expect(stdout).toContain('SIGNAL 137 SIGKILL ""\n');
  expect(stdout).toContain('LONG 126 null ""\n');
  expect(stdout).toContain("PRINTED ShellOutput { exitCode: 2, stdout: '', stderr: '' }\n");
  expect(stdout.match(/LENGTH 16\n/g)).toHaveLength(2);
  expect(stdout + stderr).not.toContain('unheard');
  expect(stdout).toContain('<a b><c d><1><true>');
});

it('a command that times out ends with what it started', async () => {
  const { stdout } = await run(
    `await ctx.$({ timeout: 500, nothrow: true })\`sh -c 'sleep 300 & wait'; true\`;
     const { readdirSync, readFileSync } = await import('node:fs');
     const commands = readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => { try { return readFileSync('/proc/' + pid + '/environ', 'utf8').includes(process.env.KICI_ENV) ? readFileSync('/proc/' + pid + '/cmdline', 'utf8') : ''; } catch { return ''; } });
     console.log('OURS', commands.some((text) => text.includes('step-host')), commands.some((text) => text.startsWith('sleep')));`,
  );
  expect(stdout).toContain('OURS true false\n');
});

it('a command that does not hear of its timeout is ended, and nobody waits for what has left it', async () => {
  const { stdout } = await run(
    `const began = performance.now();
     const take = async (command) => console.log('ENDED', (await command().catch((error) => error)).code, performance.now() - began < 15_000);
     await Promise.all([
       take(async () => ctx.$({ timeout: 500 })\`bash -c 'trap "" TERM; while :; do sleep 0.2; done'; true\`),
       take(async () => ctx.$({ timeout: 500 })\`(trap "" TERM; while :; do sleep 0.2; done) &\`),
     ]);`,
  );
  expect(stdout.match(/ENDED command_timed_out true\n/g)).toHaveLength(2);
});
