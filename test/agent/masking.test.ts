import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWith, workflowOf, type Run } from './support/project.ts';

const token = 'c4n4ry-S3cret/Value+77';
const second = 'another-c4n4ry-9931';

async function filesBelow(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    names.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  );
  return texts.join('\n');
}

async function expectNoTrace({ stdout, stderr, project }: Run): Promise<void> {
  const everything = [stdout, stderr, await filesBelow(project.home), await filesBelow(project.temporary)].join('\n');
  const buffer = Buffer.from(token);
  for (const form of [
    token,
    second,
    buffer.toString('base64').slice(0, -4),
    buffer.toString('hex'),
    buffer.toString('hex').toUpperCase(),
    encodeURIComponent(token),
    JSON.stringify(token).slice(1, -1),
  ]) {
    expect(everything).not.toContain(form);
  }
}

const use = 'const token = await ctx.secrets.get("TOKEN");';

describe('no sink shows a requested secret', () => {
  it.each([
    ['console.log', 'console.log(token); console.error("x" + token + "y");'],
    ['ctx.log', 'for (const level of ["debug", "info", "warn", "error"]) ctx.log[level](token);'],
    [
      'writes that cut it in two',
      'for (const letter of token) { process.stdout.write(letter); await new Promise(setImmediate); }',
    ],
    ['a command and its output', 'await ctx.$`echo ${token} && echo ${token} >&2`;'],
    ['a failing command', 'await ctx.$`echo ${token} >&2; exit 3`;'],
    [
      'an error, its stack, cause and fields',
      'throw Object.assign(new Error("bad " + token, { cause: new TypeError(token) }), { token, list: [token] });',
    ],
    ['an error that is a string', 'throw token;'],
    [
      'an uncaught error in the background',
      'setImmediate(() => { throw new Error(token); }); await new Promise(() => setInterval(() => {}, 1000));',
    ],
    ['base64', 'console.log(Buffer.from(token).toString("base64"), Buffer.from("user:" + token).toString("base64"));'],
    ['hex', 'console.log(Buffer.from(token).toString("hex"), Buffer.from(token).toString("hex").toUpperCase());'],
    ['URL encoding and JSON', 'console.log(encodeURIComponent(token), JSON.stringify({ token }));'],
    ['an exposed variable', 'await ctx.secrets.expose("TOKEN"); await ctx.$`env`; await ctx.$`printenv TOKEN`;'],
    [
      'a file printed by a tool',
      'const { path } = await ctx.secrets.mountFile({ sources: ["SECOND", "TOKEN"], divider: "\\n" }); await ctx.$`cat ${path}; base64 ${path}`;',
    ],
    ['a value passed on to the next step', 'ctx.setEnv("PASSED", "prefix-" + token);'],
    [
      'a process that it starts and leaves',
      'const { spawn } = await import("node:child_process"); spawn("sh", ["-c", "sleep 0.2; echo $T"], { env: { ...process.env, T: token }, stdio: "inherit" }); await new Promise((resolve) => setTimeout(resolve, 600));',
    ],
  ])('%s', async (_, body) => {
    const run = await runWith(
      { values: { TOKEN: token, SECOND: second } },
      workflowOf(`${use}\n${body}`, 'await ctx.$`env`'),
    );
    await expectNoTrace(run);
    expect(run.stdout + run.stderr).toContain(body.includes('setEnv') ? 'PASSED=prefix-***' : '***');
  });

  it('nor does the complaint about a name in $KICI_ENV', async () => {
    const { stderr } = await runWith(
      { values: { WORD: 'c4n4ryS3cretValue' } },
      workflowOf('await ctx.secrets.expose("WORD"); await ctx.$`echo "LD_$WORD=1" >> "$KICI_ENV"`;'),
    );
    expect(stderr).toContain('the environment variable LD_*** changes how programs load code');
  });

  it('and events as JSON show none', async () => {
    const run = await runWith(
      { values: { TOKEN: token, SECOND: second } },
      workflowOf(`${use} console.log(token); throw new Error(token);`),
      '--json',
    );
    await expectNoTrace(run);
    const events = run.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(events).toContainEqual({ type: 'output', job: 'only', step: 'step 1', stream: 'stdout', text: '***\n' });
    expect(events.at(-1)).toEqual({ type: 'workflow_finished', workflow: 'main', status: 'failed' });
  });
});

describe('a value too short to mask', () => {
  it('is told by its key', async () => {
    const { stderr } = await runWith(
      { values: { PIN: '123' } },
      workflowOf('await ctx.secrets.get("PIN"); await ctx.secrets.get("PIN");'),
    );
    expect(stderr.match(/the value of PIN is too short to be masked/g)).toHaveLength(1);
  });
});
