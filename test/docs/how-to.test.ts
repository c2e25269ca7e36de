import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import { describeLane } from '../support/lane.ts';
import { startStores } from '../support/stores.ts';
import { cleanEnvironment, programFile, startOrchestrator, type RunningOrchestrator } from '../support/programs.ts';
import { commandsIn, root, shellLines } from './markdown.ts';

const missing = ['jq', 'age-keygen'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);

/** As GitLab's program prints it, words before the JSON included. */
const glab = (variables: string): string => `#!/bin/sh
[ "$*" = 'variable export' ] || exit 64
echo 'Exporting variables from the team/shop project:'
echo '${variables}'
`;
/** As Doppler's program answers, which was tried against a service of the same wire. */
const doppler = String.raw`#!/bin/sh
[ "$*" = 'secrets download --no-file --no-fallback --format json' ] || exit 64
echo '{"FROM_DOPPLER":"a\\nb","DOPPLER_PROJECT":"p","DOPPLER_CONFIG":"c","DOPPLER_ENVIRONMENT":"e"}'
`;
const kubectl = '#!/bin/sh\ncat "$KUBECONFIG"\n';

/** A shell for a person's commands, with an orchestrator, and stand-ins for programs that need a service. */
async function openShell(orchestrator: RunningOrchestrator) {
  const bin = join(orchestrator.home, 'bin');
  await mkdir(bin);
  const put = (name: string, script: string): Promise<void> => writeFile(join(bin, name), script, { mode: 0o755 });
  for (const name of ['kici', 'kici-admin'] as const)
    await put(name, `#!/bin/sh\nexec '${process.execPath}' '${programFile(name)}' "$@"\n`);
  const environment: Record<string, string> = {
    ...cleanEnvironment(orchestrator.home),
    KICI_URL: orchestrator.url,
  };
  const run = async (line: string, typed = 'entered'): Promise<{ readonly code: unknown; readonly output: string }> => {
    const [command, ...more] = commandsIn(line);
    if (command?.program === 'kici-admin' && line.startsWith('kici-admin') && more.length === 0) {
      const { exitCode, stdout, stderr } = await adminInProcess(command.args, { environment, stdin: `${typed}\n` });
      return { code: exitCode, output: stdout + stderr };
    }
    const child = spawn('bash', ['-c', `set -o pipefail\n${line}`], {
      cwd: orchestrator.home,
      env: { ...environment, PATH: `${bin}:${environment['PATH'] ?? ''}` },
    });
    child.stdin.end(`${typed}\n`);
    const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, output: out + errors };
  };
  return { put, run };
}

describeLane(
  { name: 'jq, age', missing: missing.length === 0 ? undefined : `${missing.join(', ')}: not installed` },
  () => {
    it('every command of the how-tos does what its page says', async () => {
      await using orchestrator = await startOrchestrator();
      await using stores = await startStores();
      const { put, run } = await openShell(orchestrator);
      const at = stores.environment;
      await put('glab', glab('[{"key":"FROM_GITLAB","value":"v","environment_scope":"*"}]'));
      await put('doppler', doppler);
      await put('kubectl', kubectl);
      await run('kici-admin environment create production --bind production');
      await run('kici-admin secret set --scope production CLUSTER_CONFIG', 'apiVersion: v1');
      const page = { path: 'docs/how-to.md', text: await readFile(join(root, 'docs/how-to.md'), 'utf8') };
      const told: string[] = [];
      for (const line of shellLines(page).filter((one) => one !== '')) {
        const here = line
          .replace('https://vault:8200', at.VAULT_ADDRESS)
          .replace('AKIAIOSFODNN7EXAMPLE', `${at.AWS_ACCESS_KEY_ID} --set endpoint=${at.AWS_ENDPOINT}`);
        const typed: Record<string, string> = {
          'auth.token': at.VAULT_TOKEN,
          'auth.secretAccessKey': at.AWS_SECRET_ACCESS_KEY,
        };
        const { code, output } = await run(here, typed[line.split('--secret ').at(1) ?? '']);
        expect([line, code, output]).toEqual([line, 0, output]);
        told.push(output);
      }
      const all = told.join('');
      // What the sentences of the page say.
      expect(all).toMatch(/DB_PASSWORD +corp-vault +apps\/shop\/db/);
      expect(all).toContain('apiVersion: v1');
      for (const key of ['FROM_GITLAB', 'FROM_DOPPLER']) expect(all).toMatch(new RegExp(`${key} +new`));
      expect(all).not.toMatch(/DOPPLER_(?:PROJECT|CONFIG|ENVIRONMENT)|canary/);
      await put('glab', glab('[{"key":"A","value":"of-one"},{"key":"A","value":"of-two"}]'));
      const twice = shellLines(page).find((line) => line.startsWith('glab')) ?? '';
      expect(await run(twice)).toMatchObject({ code: 1, output: expect.stringContaining('two variables of one name') });
    });
  },
);
