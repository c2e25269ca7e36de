import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'acorn';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findUses } from '../../src/cli/kici/check/uses.ts';
import { cleanEnvironment, runProgram, startOrchestrator, type ProgramResult } from '../support/programs.ts';

/** `call key @line job`, with `?` for what is computed or missing. */
function usesIn(typescript: string): readonly string[] {
  const program = parse(stripTypeScriptTypes(typescript), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
  });
  return findUses(program, typescript).map(({ call, key = '?', line, job = '?' }) => `${call} ${key} @${line} ${job}`);
}

describe('a key is found', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'at every method',
      `step('s', async (ctx) => { await ctx.secrets.get('A'); ctx.secrets.has("B"); ctx.secrets.getMeta(\`C\`); await ctx.secrets.expose('D'); })`,
      ['get A @2 ?', 'has B @2 ?', 'getMeta C @2 ?', 'expose D @2 ?'],
    ],
    [
      'in files',
      `step('s', async ({ secrets }) => { await secrets.mountFile({ sources: ['A', b, ...c] }); await secrets.exposeFile('V', { mode: 0o400, sources: ['D'] }); })`,
      ['mountFile A @2 ?', 'mountFile ? @2 ?', 'mountFile ? @2 ?', 'exposeFile D @2 ?'],
    ],
    [
      'in a job, with what that states',
      `job('deploy', { secrets: ['A', 'B_*', c], steps: [step('s', { timeout: 5 }, (c) => c.secrets.get('A'))] })`,
      ['secrets A @2 deploy', 'secrets B_* @2 deploy', 'secrets ? @2 deploy', 'get A @2 deploy'],
    ],
    [
      'under other names',
      `step('s', async (ctx) => { const s = ctx.secrets; const { get: read, has } = s; await s.get('A'); await read('B'); has('C'); })`,
      ['get A @2 ?', 'get B @2 ?', 'has C @2 ?'],
    ],
    [
      'in a helper whose types say what it is given',
      `async function help(a: number, ctx: StepContext, b?: string) { return ctx.secrets.get('A'); }\nconst other = async (secrets: StepSecrets) => secrets.expose('B');\nconst part = ({ secrets: s }: Pick<StepContext, 'secrets'>) => s.has('C');`,
      ['get A @2 ?', 'expose B @3 ?', 'has C @4 ?'],
    ],
    [
      'whatever the module calls the SDK',
      `import * as sdk from '@kici-dev/sdk'; import { step as make } from '@kici-dev/sdk';\nsdk.job('j', { steps: [sdk.step('s', (c) => c.secrets.get('A')), make('t', ({ secrets }) => secrets?.get('B'))] });`,
      ['get A @3 j', 'get B @3 j'],
    ],
    [
      'in nested functions',
      `step('s', async (ctx) => { await Promise.all(['x'].map(async () => ctx.secrets.get('A'))); })`,
      ['get A @2 ?'],
    ],
    [
      'computed',
      `step('s', async (ctx) => { await ctx.secrets.get(name); await ctx.secrets.get('A' + 1); await ctx.secrets['get']('B'); await ctx.secrets.mountFile(options); })`,
      ['get ? @2 ?', 'get ? @2 ?', 'get B @2 ?', 'mountFile ? @2 ?'],
    ],
  ])('%s', (_, code, expected) => {
    expect(usesIn(`import { job, step } from '@kici-dev/sdk';\n${code}`)).toEqual(expected);
  });

  it.each([
    `step('s', async (ctx) => { const helper = (ctx) => ctx.secrets.get('A'); })`,
    `const config = { secrets: new Map() }; config.secrets.get('A');`,
    `function help(config) { return config.secrets.get('A'); }`,
    `step('s', async (ctx) => { const secrets = new Map(); secrets.get('A'); ctx.other.get('B'); ctx.secrets.list(); })`,
    `step('s', async (ctx) => { for (const { secrets } of []) secrets.get('A'); })`,
  ])('but not in %s', (code) => {
    expect(usesIn(`import { step } from '@kici-dev/sdk';\n${code}`)).toEqual([]);
  });
});

async function project(
  files: Record<string, string>,
  environment: Record<string, string>,
): Promise<(...args: string[]) => Promise<ProgramResult>> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-check-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, '.kici/workflows', name)), { recursive: true });
    await writeFile(join(folder, '.kici/workflows', name), text);
  }
  return (...args) =>
    runProgram('kici', ['check', ...args], { environment: { ...cleanEnvironment(folder), ...environment }, folder });
}

const deploy = `import { workflow, job, step, push, type StepContext } from '@kici-dev/sdk';
import { login } from '../../lib/login.ts';

interface Unused { readonly a: string }
export default workflow('deploy', { on: push(), jobs: [
  job('build', { runsOn: 'default', steps: [step('s', async (ctx: StepContext): Promise<void> => {
    await ctx.secrets.get('DB_PASSWORD');
  })] }),
  job('deploy', { runsOn: 'default', environment: 'production', steps: [step('s', async (ctx) => {
    await ctx.secrets.get('DB_PASSWORD');
    await ctx.secrets.get('DB_PASSWROD');
    await ctx.secrets.expose('LATER');
    if (ctx.secrets.has('SLACK_WEBHOOK')) await ctx.secrets.get('SLACK_WEBHOOK');
    const sources = ctx.secrets.list().filter((key) => key.startsWith('AGE_KEY_'));
    await ctx.secrets.mountFile({ sources });
    await login(ctx);
  })] }),
  job('narrow', { runsOn: 'default', environment: 'production', secrets: ['DB_PASSWORD', 'NOPE', 'AGE_*'], steps: [
    step('s', async ({ secrets }) => { await secrets.get('API_KEY'); }),
  ] }),
] });
`;
const login = `import type { StepContext } from '@kici-dev/sdk';
export async function login(ctx: StepContext): Promise<string> {
  await ctx.secrets.get('API_KEY');
  return ctx.secrets.get('UNHEARD_OF');
}
`;

it('kici check says with file and line what the environments of the jobs lack, and never that a computed key is wrong', async () => {
  await using orchestrator = await startOrchestrator();
  const admin = async (...args: string[]): Promise<string> => {
    const { code, stdout } = await runProgram('kici-admin', args, {
      environment: orchestrator.environment,
      input: 'a-value',
    });
    expect(code).toBe(0);
    return stdout;
  };
  await admin('environment', 'create', 'production', '--bind', 'production');
  for (const key of ['DB_PASSWORD', 'API_KEY']) await admin('secret', 'set', '--scope', 'production', key);
  await admin('secret', 'declare', '--scope', 'production', 'LATER');
  const { token }: { token: string } = JSON.parse(await admin('token', 'create', 'me', '--role', 'author', '--json'));
  const author = { KICI_URL: orchestrator.url, KICI_TOKEN: token };
  const check = await project({ 'deploy.ts': deploy, '../../lib/login.ts': login }, author);
  const { code, stdout, stderr } = await check();
  expect([code, stderr]).toEqual([1, expect.stringContaining('kici: check_failed: 6 of the keys')]);
  const at = '.kici/workflows/deploy.ts';
  expect(stdout.split('\n')).toEqual([
    `${at}:7:27: error: the job build binds no environment, so it has no secret DB_PASSWORD`,
    `${at}:11:27: error: the environment production has no secret DB_PASSWROD; did you mean DB_PASSWORD?`,
    `${at}:12:30: error: LATER is declared in the environment production and not set`,
    `${at}:13:25: note: the environment production has no secret SLACK_WEBHOOK; the code asks for it first`,
    `${at}:13:65: note: the environment production has no secret SLACK_WEBHOOK; the code asks for it first`,
    `${at}:15:35: note: the key is computed, so it is not known before it runs`,
    `${at}:18:90: error: the environment production has no secret NOPE`,
    `${at}:19:58: error: the job narrow states its secrets, and API_KEY is not one of them`,
    expect.stringMatching(/^lib\/login\.ts:4:26: error: .*the environment production has no secret UNHEARD_OF/),
    '12 literal keys: 6 wrong',
    '',
  ]);
  const { findings, checked } = JSON.parse((await check('--json')).stdout);
  expect([checked, findings.length]).toEqual([12, 9]);
  const right = await project(
    {
      'a.ts': deploy
        .replace(/ {2}job\('build'[^]*?\n {2}\}\)\] \}\),\n/, '')
        .replace(/.*(?:PASSWROD|LATER|login).*\n/g, '')
        .replace("'NOPE', ", "'API_KEY', "),
    },
    author,
  );
  expect(await right()).toMatchObject({ code: 0, stderr: '' });
});
