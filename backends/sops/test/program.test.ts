import { execFile } from 'node:child_process';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SecretValue } from '@kici-dev/secret-backend';
import { callContext, describeLane, readAll, ref, toValue } from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it } from 'vitest';
import { sopsDefinition } from '../index.ts';
import { realSops, sopsLane } from './support/lane.ts';
import { openOn, openScene } from './support/scene.ts';
import { makeKeys } from './support/store.ts';

const secret = ref('apps', 'TOKEN');

describeLane({ describe, test: it }, sopsLane, () => {
  it('reads 500 keys of one file in one run of the program, and of five files in five', async () => {
    const { store, backend } = await openScene();
    const keys = Array.from({ length: 500 }, (_, index) => `K${index}`);
    for (let file = 0; file < 5; file += 1)
      await store.encrypt(`s${file}.env`, keys.map((key) => `${key}=${key}\n`).join(''));
    const refs = keys.map((key) => ref('s0', key));
    expect(await readAll(backend, refs)).toEqual(keys);
    expect(await store.program.count()).toBe(1);
    await readAll(
      backend,
      Array.from({ length: 5 }, (_, file) => ref(`s${file}`, 'K7')),
    );
    expect(await store.program.count()).toBe(6);
  });

  it('another key than the file is for makes it unknown, not absent, and fails the check', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    await backend.check(callContext());
    const stranger = await openOn(store, { ageKey: SecretValue.fromText((await makeKeys()).identity) });
    expect(await readAll(stranger, [secret, ref('apps', 'NONE')])).toEqual([
      'unknown decryption_failed',
      'unknown decryption_failed',
    ]);
    await expect(stranger.check(callContext())).rejects.toMatchObject({ code: 'decryption_failed' });
    await expect(stranger.write?.({ ...secret, value: toValue('x') }, callContext())).rejects.toMatchObject({
      code: 'decryption_failed',
    });
    expect(await readAll(backend, [secret])).toEqual(['t']);
  });

  it('opens a file that is for others too, whichever of them sops tries first', async () => {
    const { store, backend } = await openScene();
    const others = await Promise.all([makeKeys(), makeKeys()]);
    const recipients = [others[0]?.recipient, store.keys.recipient, others[1]?.recipient].join(',');
    await store.encrypt('apps.yaml', 'TOKEN: t\n', ['--age', recipients]);
    expect(await readAll(backend, [secret])).toEqual(['t']);
    const all = await openOn(store, {
      ageKey: SecretValue.fromText(`# keys\n${others[0]?.identity}\n${store.keys.identity}\n`),
    });
    expect(await readAll(all, [secret])).toEqual(['t']);
  });

  it.each([
    ['AWS KMS', 'kms', ['arn: arn:aws:kms:eu-central-1:123456789012:key/0', 'enc: c2VhbGVk']],
    ['Google KMS', 'gcp_kms', ['resource_id: projects/p/locations/l/keyRings/r/cryptoKeys/k', 'enc: c2VhbGVk']],
    ['Vault', 'hc_vault', ['vault_address: https://vault.invalid', 'key_name: k', 'enc: vault:v1:c2VhbGVk']],
  ])('reads and writes a document that %s opens too, and keeps its entry', async (_, kind, facts) => {
    const { store, backend } = await openScene();
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    const file = join(store.folder, 'apps.yaml');
    const entry = [
      `    ${kind}:`,
      '        - created_at: "2026-01-01T00:00:00Z"',
      ...facts.map((fact) => `          ${fact}`),
    ];
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^sops:\n/m, `sops:\n${entry.join('\n')}\n`));
    expect(await readAll(backend, [secret])).toEqual(['t']);
    await backend.write?.({ ...secret, value: toValue('new') }, callContext());
    expect(await readAll(backend, [secret])).toEqual(['new']);
    const text = await readFile(file, 'utf8');
    for (const fact of [`${kind}:`, ...facts]) expect(text).toContain(fact);
    // Without a way to the cloud, and without its credentials, a key that does not fit is told soon.
    const stranger = await openOn(store, { ageKey: SecretValue.fromText((await makeKeys()).identity) });
    expect(await readAll(stranger, [secret])).toEqual(['unknown decryption_failed']);
  });

  it('a document that two groups of keys open only together is not opened by one of them', async () => {
    const { store, backend } = await openScene();
    const other = await makeKeys();
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    const group = ['--age', other.recipient, '--shamir-secret-sharing-threshold', '2'];
    await promisify(execFile)(
      realSops,
      ['groups', 'add', '--in-place', '--file', join(store.folder, 'apps.yaml'), ...group],
      {
        env: { SOPS_AGE_KEY: store.keys.identity },
      },
    );
    expect(await readAll(backend, [secret])).toEqual(['unknown decryption_failed']);
    const both = await openOn(store, { ageKey: SecretValue.fromText(`${store.keys.identity}\n${other.identity}\n`) });
    expect(await readAll(both, [secret])).toEqual(['t']);
  });

  it('a document that was cut or changed past sops is corrupt', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps.yaml', 'TOKEN: t\nOTHER: o\n');
    const file = join(store.folder, 'apps.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^TOKEN.*\n/m, ''));
    expect(await readAll(backend, [secret, ref('apps', 'OTHER')])).toEqual(['unknown corrupt', 'unknown corrupt']);
  });

  it('the key is in no argument, no environment and no file, and what else the server has stays out', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    const probe = join(store.root, 'probe');
    await writeFile(
      store.program.path,
      `#!/bin/sh\n{ env; echo "$@"; ls -l /proc/self/fd/3; ls /dev/shm; } > '${probe}'\nexec '${realSops}' "$@"\n`,
    );
    expect(await readAll(backend, [secret])).toEqual(['t']);
    const seen = await readFile(probe, 'utf8');
    expect(seen).not.toContain('AGE-SECRET-KEY');
    expect(seen).not.toMatch(/^(?:HOME|PATH=.*node|NODE_|KICI_)/m);
    expect(seen).toMatch(/^AWS_EC2_METADATA_DISABLED=true$/m);
    expect(seen).toContain('(deleted)');
    expect((await readdir('/dev/shm')).filter((name) => /^kici-[0-9a-f]{8}-/.test(name))).toEqual([]);
  });

  it('a program that hangs is ended at the deadline, with what it started', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    const pid = join(store.root, 'pid');
    await writeFile(store.program.path, `#!/bin/sh\nsleep 600 &\necho $! > '${pid}'\nwait\n`);
    const [outcome] = await backend.read([secret], callContext({ timeoutMs: 1_000 }));
    expect(outcome).toMatchObject({ status: 'unknown', code: 'timeout' });
    const child = Number(await readFile(pid, 'utf8'));
    await expect.poll(() => isRunning(child)).toBe(false);
  });

  it('what leaves the group of the program holds nobody up', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    const pid = join(store.root, 'pid');
    await writeFile(store.program.path, `#!/bin/sh\nsetsid sleep 600 &\necho $! > '${pid}'\nwait\n`);
    const [outcome] = await backend.read([secret], callContext({ timeoutMs: 1_000 }));
    expect(outcome).toMatchObject({ status: 'unknown', code: 'timeout' });
    process.kill(Number(await readFile(pid, 'utf8')), 'SIGKILL');
  });

  it('a program that is missing, is none, or is not allowed is named, and makes nothing absent', async () => {
    const { store, backend } = await openScene();
    const missing = await openOn(store, { program: join(store.root, 'nowhere') });
    const [outcome] = await missing.read([secret], callContext());
    expect(outcome).toMatchObject({
      status: 'unknown',
      code: 'misconfigured',
      reason: 'setting_wrong',
      about: 'program',
    });
    await expect(missing.check(callContext())).rejects.toThrow('install sops');
    await store.encrypt('apps.yaml', 'TOKEN: t\n');
    await chmod(store.program.path, 0o644);
    expect(await readAll(backend, [secret])).toEqual(['unknown misconfigured']);
    for (const setting of ['program', 'folder'])
      await expect(openOn(store, { [setting]: '/usr/bin/env' })).rejects.toMatchObject({
        reason: 'setting_not_allowed',
        about: setting,
      });
  });

  it('settings that are none are refused', async () => {
    const { store } = await openScene();
    for (const [field, given] of Object.entries({ ageKey: SecretValue.fromText('age1xyz'), format: 'binary' }))
      await expect(openOn(store, { [field]: given })).rejects.toMatchObject({ about: field });
    expect(Object.isFrozen(sopsDefinition.capabilities)).toBe(true);
  });
});

async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone) Z');
  return !/\) [ZX]/.test(state);
}
