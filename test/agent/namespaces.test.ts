import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { firstProcess, installedNamespaces } from '../../src/agent/sandbox/namespaces.ts';

it('users other than root have none where OpenSSH includes files of root, which would seem to be of nobody', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  expect(installedNamespaces(1_000, folder)).toEqual(expect.any(Function));
  expect(installedNamespaces(1_000, join(folder, 'missing'))).toEqual(expect.any(Function));
  await writeFile(join(folder, 'proxy.conf'), '');
  expect(installedNamespaces(1_000, folder)).toBeUndefined();
  expect(installedNamespaces(0, folder)).toEqual(expect.any(Function));
});

it('a kernel that lets nobody choose numbers of processes adds nothing to what a step prints', async () => {
  const script = firstProcess.replace('/proc/sys/kernel/ns_last_pid', '/proc/missing');
  const { stdout, stderr } = await promisify(execFile)('/bin/sh', [
    '-c',
    script,
    'sh',
    '5',
    '/bin/sh',
    '-c',
    'echo printed; echo error >&2',
  ]);
  expect([stdout, stderr]).toEqual(['printed\n', 'error\n']);
});
