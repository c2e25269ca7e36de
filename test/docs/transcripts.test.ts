import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import { cleanEnvironment, runProgram, startOrchestrator } from '../support/programs.ts';
import { commandsIn, root, shellLines } from './markdown.ts';

/** The output of a page's commands against a real orchestrator, typed one after another. */
async function transcript(
  page: string,
): Promise<readonly (readonly [command: string, code: unknown, stderr: string])[]> {
  await using orchestrator = await startOrchestrator();
  const project = join(orchestrator.home, 'project');
  await mkdir(project);
  const environment = { ...cleanEnvironment(orchestrator.home), KICI_URL: orchestrator.url };
  const told: (readonly [string, unknown, string])[] = [];
  for (const { program, args } of shellLines({ path: page, text: await readFile(join(root, page), 'utf8') }).flatMap(
    commandsIn,
  )) {
    if (program !== 'kici' && program !== 'kici-admin') continue;
    // The browser of whoever runs the tests is left alone.
    if (args.join(' ') === 'dashboard') continue;
    // There is no terminal for prompts here, and no server of that name.
    const typed = args
      .filter((word) => word !== '--prompt')
      .map((word) => word.replace('https://vault:8200', 'http://127.0.0.1:1'));
    // Each command finds what the previous ones have done.
    // oxlint-disable-next-line no-await-in-loop
    const { code, stderr } = await answer(program, typed, environment, project);
    told.push([[program, ...args.slice(0, 2)].join(' '), code, code === 0 ? '' : stderr]);
  }
  return told;
}

/** Only the commands of operators keep to themselves, so that they need no process. */
async function answer(
  program: 'kici' | 'kici-admin',
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const input = 'entered-at-the-prompt\n';
  if (program === 'kici') return runProgram(program, args, { environment, folder, input });
  const { exitCode, stderr } = await adminInProcess(args, { environment, stdin: input });
  return { code: exitCode, stderr };
}

const unreachable = expect.stringMatching(
  /^kici-admin: backend_unhealthy: backend corp-vault is not healthy: .* \[unreachable\] \[connection_refused\]\n/,
);

describe('what a page tells to type, does what the page says', () => {
  it('README.md', async () => {
    expect(await transcript('README.md')).toEqual([
      ['kici-admin environment create', 0, ''],
      ['kici-admin secret set', 0, ''],
      ['kici init --environment', 0, ''],
      ['kici run', 0, ''],
      ['kici --version', 0, ''],
      ['kici-admin backend types', 0, ''],
      ['kici-admin backend add', 0, ''],
      ['kici-admin backend test', 1, unreachable],
      ['kici-admin environment bind', 0, ''],
      ['kici-admin explain --environment', 1, expect.stringContaining('key_unavailable: DB_PASSWORD is unavailable')],
    ]);
  });

  it('docs/operators.md', async () => {
    expect(await transcript('docs/operators.md')).toEqual([
      ['kici-admin token create', 0, ''],
      ['kici-admin backend types', 0, ''],
      ['kici-admin backend add', 0, ''],
      ['kici-admin backend test', 1, unreachable],
      ['kici-admin backend update', 0, ''],
      ['kici-admin secret list', 0, ''],
      ['kici-admin scope create', 0, ''],
      ['kici-admin scope rename', 0, ''],
      ['kici-admin scope rename', 0, ''],
    ]);
  });

  it('docs/audit.md', async () => {
    expect(await transcript('docs/audit.md')).toEqual([
      ['kici-admin audit list', 0, ''],
      ['kici-admin audit list', 0, ''],
      ['kici-admin audit export', 0, ''],
      ['kici-admin audit verify', 0, ''],
      ['kici-admin audit list', 0, ''],
      ['kici-admin audit checkpoint', 0, ''],
      ['kici-admin audit verify', 1, expect.stringContaining('cannot read "checkpoints.jsonl"')],
      ['kici-admin audit cut', 1, expect.stringContaining('no row is older than')],
      ['kici-admin audit acknowledge', 1, expect.stringContaining('there is nothing to acknowledge')],
    ]);
  });

  it('docs/workflow-authors.md', async () => {
    expect(await transcript('docs/workflow-authors.md')).toEqual([
      ['kici init', 0, ''],
      ['kici run hello', 0, ''],
      ['kici run ci', 1, expect.stringContaining('workflow_not_found')],
      ['kici types', 0, ''],
      ['kici types --check', 0, ''],
      ['kici check', 0, ''],
      ['kici exec --environment', 1, expect.stringContaining('there is no environment production')],
      ['kici exec --environment', 1, expect.stringContaining('there is no environment production')],
      ['kici exec --environment', 1, expect.stringContaining('there is no environment production')],
    ]);
  });

  it('docs/dashboard-write-policy.md', async () => {
    expect(await transcript('docs/dashboard-write-policy.md')).toEqual([
      ['kici-admin policy show', 0, ''],
      ['kici-admin policy set', 0, ''],
      ['kici-admin policy set', 0, ''],
      ['kici-admin policy set', 0, ''],
      ['kici-admin policy reset', 0, ''],
      ['kici-admin dashboard --print', 0, ''],
      ['kici-admin session list', 0, ''],
      ['kici-admin session end', 1, expect.stringContaining('there is no session SESSION_ID')],
      ['kici-admin secret import', 1, expect.stringContaining('cannot read ".env"')],
    ]);
  });

  it('docs/reading-values.md', async () => {
    expect(await transcript('docs/reading-values.md')).toEqual([
      ['kici-admin policy set', 0, ''],
      ['kici-admin token create', 0, ''],
    ]);
  });
});
