import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandGroups } from '../../src/cli/admin/program.ts';
import { startSharedServer } from '../orchestrator/support/server.ts';
import { adminInProcess } from '../support/admin-in-process.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;

beforeAll(async () => {
  shared = await startSharedServer();
  await shared.server.call('environments.create', { name: 'production', bind: ['apps'] });
});
afterAll(() => shared.stop());

/** Each place for a name, with an invalid or unknown one. */
const lines: readonly string[] = [
  'help errors no_such_code',
  'secret set --scope apps//shop KEY --value v',
  'secret set --scope apps 9-LIVES --value v',
  'secret set --scope Bad_Backend:apps KEY --value v',
  'secret set --scope __system KEY --value v',
  'secret declare --scope apps//shop KEY',
  'secret declare --scope apps 9-LIVES',
  'secret list --scope apps//shop',
  'secret list --scope ../apps --tree',
  'secret list --backend Bad_Backend',
  'secret list --environment a/b',
  'secret delete --scope apps//shop KEY --yes',
  'secret versions --scope apps//shop KEY',
  'secret restore --scope apps//shop KEY 1',
  'variable set --environment a/b KEY --value v',
  'variable set --environment production not-a-name --value v',
  'variable set --environment production PATH --value v',
  'variable list --environment a/b',
  'variable delete --environment a/b KEY',
  'variable delete --environment production not-a-name',
  'scope list --backend Bad_Backend',
  'scope create apps//shop',
  'scope rename apps//shop apps/store',
  'scope rename apps/shop apps//store',
  'scope rename apps/shop Bad_Backend:apps',
  'scope delete apps//shop --yes',
  'environment create a/b',
  'environment create fine --bind apps//shop',
  'environment show a/b',
  'environment delete a/b --yes',
  'environment bind a/b --scope apps',
  'environment bind production --scope apps//shop',
  'environment bind production --scope Bad_Backend:apps',
  'environment bind production --scope apps --prefix 9-',
  'environment bind production --scope apps --map x=9-LIVES',
  'environment bind production --scope apps --host a/b',
  'environment rebind a/b some-id --priority 1',
  'environment unbind a/b some-id',
  'environment preview a/b some-id --remove',
  'explain --environment a/b KEY',
  'explain --environment production 9-LIVES',
  'check --environment a/b',
  'backend add Bad_Backend --type memory',
  'backend add internal --type memory',
  'backend add fine --type unheard-of',
  'backend add fine --type memory --set unheard-of=1',
  'backend update Bad_Backend --optional true',
  'backend update internal --optional true',
  'backend show Bad_Backend',
  'backend remove Bad_Backend --yes',
  'backend remove internal --yes',
  'backend test Bad_Backend',
  'backend scaffold Bad_Backend',
  'token create ci --role author --environment a/b',
  'token create ci --role author --scope apps//shop',
  'organization create Bad_Org',
  'secret import --scope apps//shop -',
  'secret grid --environment a/b',
  'secret grid --state unheard-of',
  'policy set --disable unheard-of',
  'policy set --disable category:unheard-of',
  'audit list --environment a/b',
  'audit list --since yesterday',
  'audit list --operation unheard-of',
  'audit export --environment a/b',
  'audit export --operation unheard-of',
  'audit cut --before yesterday --yes',
];
const withoutNames = [
  'environment list',
  'backend types',
  'backend list',
  'token list',
  'token revoke',
  'organization list',
  'audit verify',
  'audit checkpoint',
  'audit acknowledge',
  'job list',
  'dashboard',
  'session list',
  'session end',
  'policy show',
  'policy reset',
];

it.each(lines)('kici-admin %s is wrong usage, and says what is wrong', async (line) => {
  const { server } = shared;
  const outcome = await adminInProcess(line.split(' '), {
    environment: { KICI_URL: server.url, KICI_TOKEN: server.owner },
  });
  expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
  expect(outcome.stderr).toMatch(/^kici-admin: (?:usage|invalid_request): .+\n +\S/);
});

it.each(['secret list --scope apps', 'check --environment production'])(
  'kici-admin %s for an organization that none can be is wrong usage',
  async (line) => {
    const { server } = shared;
    const outcome = await adminInProcess([...line.split(' '), '--org', 'Bad_Org'], {
      environment: { KICI_URL: server.url, KICI_TOKEN: server.owner },
    });
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
  },
);

it('every command that takes a name was tried', () => {
  const all = commandGroups.flatMap((entry) =>
    'commands' in entry ? entry.commands.map(({ name }) => `${entry.name} ${name}`) : [entry.name],
  );
  const tried = (command: string): boolean => lines.some((line) => line.startsWith(`${command} `));
  expect(
    all.filter((command) => !tried(command) && !withoutNames.includes(command) && !command.startsWith('completion')),
  ).toEqual([]);
});
