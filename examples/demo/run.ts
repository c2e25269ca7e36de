import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printed, run, say, start, stop } from './programs.ts';
import { findLeaks } from './search.ts';
import { findBao, putSecret, startVault, type VaultServer } from './vault.ts';

// Runs the product's main use with real programs as child processes, in a temporary folder that is removed at the end.
const began = performance.now();
const home = await mkdtemp(join(tmpdir(), 'kici-demo-'));
const project = join(home, 'project');
const environment: Record<string, string> = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: home,
  XDG_CONFIG_HOME: join(home, '.config'),
  LANG: 'C.UTF-8',
  NO_COLOR: '1',
  KICI_DATA_DIR: join(home, 'data'),
  KICI_PORT: '0',
  // The server's log is for machines.
  KICI_LOG_LEVEL: 'warn',
};
const token = `tok-${randomBytes(18).toString('base64url')}`;
const values = [token];
const stopping: (() => Promise<void>)[] = [];

async function main(): Promise<void> {
  await cp(join(import.meta.dirname, 'project'), project, { recursive: true });
  const orchestrator = await start('kici-orchestrator', environment, home);
  stopping.push(() => stop(orchestrator.child));
  const client = { environment: { ...environment, KICI_URL: orchestrator.url }, folder: project };

  say('# An environment that reads two scopes; "production" ranks above "defaults".');
  await run('kici-admin', ['environment', 'create', 'production', '--bind', 'production'], client);
  await run('kici-admin', ['environment', 'bind', 'production', '--scope', 'defaults', '--priority', '-10'], client);

  say('# Values come from pipes, files or prompts; both scopes have API_URL.');
  await run('kici-admin', ['secret', 'set', '--scope', 'production', 'DEPLOY_TOKEN', '--from-stdin'], {
    ...client,
    input: `${token}\n`,
    shown: 'kici-admin secret set --scope production DEPLOY_TOKEN --from-stdin < (a new token)',
  });
  await run('kici-admin', ['secret', 'set', '--scope', 'production', 'API_URL', '--from-stdin'], {
    ...client,
    input: 'https://api.production.example',
  });
  await run('kici-admin', ['secret', 'set', '--scope', 'defaults', 'API_URL', '--from-stdin'], {
    ...client,
    input: 'https://api.default.example',
  });
  await run('kici-admin', ['secret', 'list', '--environment', 'production'], client);

  say('# A workflow asks for what it needs. Its log shows *** where a value would stand.');
  await run('kici', ['run', 'deploy'], client);

  say('# Who supplies API_URL, and why?');
  await run('kici-admin', ['explain', '--environment', 'production', 'API_URL'], client);

  const bao = findBao();
  if (bao === undefined)
    say('# No `bao` on PATH: the part with a Vault-compatible server as second backend is left out.');
  else await withVault(await startVault(bao, home), client);

  await run('kici-admin', ['audit', 'verify'], client);
}

async function withVault(
  vault: VaultServer,
  client: { readonly environment: Readonly<Record<string, string>>; readonly folder: string },
): Promise<void> {
  stopping.push(() => stop(vault.child));
  values.push(vault.token);
  say('# A real Vault-compatible server joins, and outranks the internal store for API_URL.');
  await putSecret(vault, 'apps/shop', { API_URL: 'https://api.from-vault.example' });
  await run(
    'kici-admin',
    [
      'backend',
      'add',
      'corp-vault',
      '--type',
      'vault',
      '--set',
      `address=${vault.address}`,
      '--set',
      'mount=secret',
      '--set',
      'auth.method=token',
      '--secret',
      'auth.token',
      '--from-stdin',
    ],
    { ...client, input: vault.token },
  );
  await run('kici-admin', ['backend', 'test', 'corp-vault'], client);
  await run(
    'kici-admin',
    ['environment', 'bind', 'production', '--scope', 'corp-vault:apps/shop', '--priority', '10'],
    client,
  );
  await run('kici', ['run', 'deploy'], client);
  await run('kici-admin', ['explain', '--environment', 'production', 'API_URL'], client);
  say('# It goes away. API_URL is refused; nothing serves the lower-ranked value in its place.');
  await stop(vault.child);
  await run('kici', ['run', 'deploy'], { ...client, expected: 1 });
}

try {
  await main();
  const { places, searched } = await findLeaks(values, home, printed);
  if (places.length > 0) throw new Error(`a value stands in the clear in ${places.join(', ')}`);
  say(`# Searched ${searched} files and all output: the values stand nowhere, in no encoding.`);
} catch (error) {
  process.exitCode = 1;
  say(`the demo failed: ${error instanceof Error ? error.message : 'unknown reason'}`);
} finally {
  for (const end of stopping.toReversed()) await end();
  await rm(home, { recursive: true, force: true });
}
if (process.exitCode === undefined) {
  say(`# Done in ${((performance.now() - began) / 1_000).toFixed(1)} s; the folder is gone.`);
  say(
    '# The same as a page: start `npx kici-orchestrator`, then `npx kici-admin dashboard` opens http://127.0.0.1:4000 signed in.',
  );
}
