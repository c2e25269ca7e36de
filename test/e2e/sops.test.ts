import { execFile, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeLane, missingVariable } from '../support/lane.ts';
import { runProgram, startOrchestrator, type RunningOrchestrator } from '../support/programs.ts';

const run = promisify(execFile);
const sops = process.env['KICI_TEST_SOPS'] ?? '';
const missingAge =
  spawnSync('age-keygen', ['--version']).status === 0 ? undefined : 'the program age-keygen is not installed';
const fixtures = join(import.meta.dirname, '../fixtures/workflows');
const plain = 'db_password: from-the-encrypted-file-88ce\n';

/** An author's project: an encrypted file that one of two provisioned keys opens. */
async function prepare(
  orchestrator: RunningOrchestrator,
  workflow: string,
  encrypted: string,
  document = plain,
): Promise<{ folder: string; environment: Record<string, string>; keys: string[] }> {
  const folder = join(orchestrator.home, 'project');
  const environment = { ...orchestrator.environment, PATH: [dirname(sops), process.env['PATH'] ?? ''].join(delimiter) };
  await mkdir(join(folder, '.kici/workflows'), { recursive: true });
  await copyFile(join(fixtures, workflow), join(folder, '.kici/workflows', 'deploy.ts'));
  const keys = await Promise.all(['ALICE', 'BOB'].map(async () => (await run('age-keygen')).stdout));
  const recipients = keys.map((key) => /public key: (\S+)/.exec(key)?.[1] ?? '');
  await writeFile(join(folder, 'plain.yaml'), document);
  const { stdout } = await run(sops, ['encrypt', '--age', recipients[1] ?? '', 'plain.yaml'], {
    cwd: folder,
    env: environment,
  });
  await writeFile(join(folder, encrypted), stdout);
  await run('rm', [join(folder, 'plain.yaml')]);
  await runProgram('kici-admin', ['environment', 'create', 'production', '--bind', 'production'], { environment });
  for (const [index, key] of keys.entries()) {
    const { code, stderr } = await runProgram(
      'kici-admin',
      ['secret', 'set', '--scope', 'production', `AGE_KEY_${index}`],
      { environment, input: key },
    );
    expect(code, stderr).toBe(0);
  }
  return { folder, environment, keys };
}

describeLane({ name: 'sops', missing: missingVariable('KICI_TEST_SOPS', 'the program sops') ?? missingAge }, () => {
  it('a key that is mounted for one step decrypts a file, and is gone after it', async () => {
    await using orchestrator = await startOrchestrator();
    const { folder, environment, keys } = await prepare(orchestrator, 'sops-file.ts', 'secret.enc.yaml');
    const { code, stdout, stderr } = await runProgram('kici', ['run', 'deploy'], {
      environment: { ...environment, TMPDIR: await temporaryFolder(orchestrator) },
      folder,
    });
    expect(code, stdout + stderr).toBe(0);
    expect(await readFile(join(folder, 'config.yaml'), 'utf8')).toBe(plain);
    expect(await readdir(join(orchestrator.home, 'tmp'))).toEqual([]);
    for (const key of keys) expect(stdout + stderr).not.toContain(/AGE-SECRET-KEY-\S+/.exec(key)?.[0]);
  });

  it('values that were decrypted early are variables of later steps', async () => {
    await using orchestrator = await startOrchestrator();
    const { folder, environment } = await prepare(orchestrator, 'sops-env.ts', 'secrets.enc.yaml');
    await writeFile(join(folder, 'deploy.sh'), '#!/bin/sh\nprintf %s "$db_password" | sha256sum\nenv | grep -c AGE\n');
    await chmod(join(folder, 'deploy.sh'), 0o755);
    const { code, stdout, stderr } = await runProgram('kici', ['run', 'deploy'], { environment, folder });
    const wanted = (await run('sh', ['-c', 'printf %s from-the-encrypted-file-88ce | sha256sum'])).stdout.trim();
    expect(stdout + stderr).toContain(wanted);
    // `grep -c` prints 0 and fails if nothing matches: the later step's environment has no key.
    expect(code).toBe(1);
    expect(stdout).toContain('\n0\n');
  });

  it('the workflow of the page masks what it decrypted, whatever lines it has, in every later step', async () => {
    await using orchestrator = await startOrchestrator();
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const note = 'the first line of a note\nand the second one\n';
    const document = `${plain}pin: 482913\npem: ${JSON.stringify(privateKey)}\nnote: ${JSON.stringify(note)}\n`;
    const { folder, environment } = await prepare(orchestrator, 'sops-env.ts', 'secrets.enc.yaml', document);
    await writeFile(join(folder, '.kici/workflows/deploy.ts'), await pageWorkflow());
    await writeFile(
      join(folder, 'deploy.sh'),
      `#!/bin/sh
echo "plain: $db_password"
printf %s "$db_password" | base64
echo "pin: $pin"
printf '%s' "$pem" | sha256sum
printf '%s' "$note" | sha256sum
printf '%b' "$pem" | head -3
printf '%s' "$note"
`,
    );
    await chmod(join(folder, 'deploy.sh'), 0o755);
    const { code, stdout, stderr } = await runProgram('kici', ['run', 'deploy'], { environment, folder });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('plain: ***\n***');
    expect(stdout).toContain('pin: ***\n');
    for (const value of [privateKey, note]) expect(stdout).toContain(createHash('sha256').update(value).digest('hex'));
    for (const line of [...privateKey.split('\n').slice(1, -2), ...note.trim().split('\n'), 'from-the-encrypted'])
      expect(stdout + stderr).not.toContain(line);
  });
});

async function pageWorkflow(): Promise<string> {
  const page = await readFile(join(import.meta.dirname, '../../docs/sops.md'), 'utf8');
  return /```ts\n(import [\s\S]*?)```/.exec(page)?.[1] ?? '';
}

async function temporaryFolder(orchestrator: RunningOrchestrator): Promise<string> {
  const folder = join(orchestrator.home, 'tmp');
  await mkdir(folder, { recursive: true });
  return folder;
}
