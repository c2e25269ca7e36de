import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../support/programs.ts';

const memoryPackage = fileURLToPath(new URL('../orchestrator/support/memory-package.ts', import.meta.url));
const capabilities =
  "{ write: false, delete: false, compareAndSet: false, versionPins: false, versions: false, restore: false, declare: false, scopes: false, binary: true, listConsistency: 'strong', listReadsValues: false, readBatchSize: 1, maxValueBytes: 1 }";
const definition = (type: string, rest = 'create: () => undefined'): string =>
  `export const mine = { type: '${type}', title: 'Mine', summary: 'mine', settings: {}, capabilities: ${capabilities}, ${rest} };`;

/** @param entries of the list; those that start with ./ are files or folders beside the data */
async function start(files: Readonly<Record<string, string>>, entries: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'kici-packages-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const list = entries.map((entry) => (entry.startsWith('./') ? join(folder, entry) : entry)).join(',');
  const { code, stderr } = await runProgram(
    'kici-orchestrator',
    ['--data-dir', join(folder, 'data'), '--port', '0', '--backend-packages', list],
    { environment: { XDG_CONFIG_HOME: folder, HOME: folder } },
  );
  return { code, stderr, left: (await readdir(folder)).filter((name) => name === 'data' || name === 'kici') };
}

it.each<[string, Readonly<Record<string, string>>, readonly string[], readonly string[]]>([
  [
    'a package that is not installed',
    {},
    ['kici-no-such'],
    ['kici-no-such is not installed', 'npm install kici-no-such'],
  ],
  ['a path that leads nowhere', {}, ['./gone.mjs'], ['gone.mjs is not there', 'check the path']],
  ['a file without a definition', { 'x.mjs': 'export const a = 1;' }, ['./x.mjs'], ['exports no backend definition']],
  [
    'a definition without create',
    { 'x.mjs': definition('mine', 'create: 1') },
    ['./x.mjs'],
    ['exports no backend definition: its mine has no create'],
  ],
  [
    'a definition that lacks a capability',
    { 'x.mjs': definition('mine').replace('binary: true, ', '') },
    ['./x.mjs'],
    ['its mine has no capability binary'],
  ],
  [
    'a package for another version of the contract',
    { 'x.mjs': definition('mine', 'contract: 7, create: () => undefined') },
    ['./x.mjs'],
    ['x.mjs is written for version 7 of the backend contract, and this program has version 1', 'install a version'],
  ],
  [
    'two packages of one type',
    { 'x.mjs': definition('memory') },
    [memoryPackage, './x.mjs'],
    ['x.mjs provides the type memory, which another package provides too'],
  ],
  ['the type of the built-in store', { 'x.mjs': definition('internal') }, ['./x.mjs'], ['the type internal']],
  [
    'a file that throws while it is imported',
    { 'x.mjs': "throw new RangeError('canary-5531');" },
    ['./x.mjs'],
    ['it throws a value of the kind RangeError', 'node --import '],
  ],
  [
    'a client library that is missing',
    { 'x.mjs': "import 'kici-no-such-sdk';" },
    ['./x.mjs'],
    ['needs "kici-no-such-sdk", which is not installed', 'npm install kici-no-such-sdk'],
  ],
  [
    'a client library that is missing and would be imported later',
    {
      'mine/package.json':
        '{ "exports": "./index.mjs", "type": "module", "dependencies": { "kici-no-such-sdk": "1" } }',
      'mine/index.mjs': definition('mine'),
    },
    ['./mine'],
    ['needs "kici-no-such-sdk", which is not installed'],
  ],
])('does not start with %s, says which entry and why, and makes nothing', async (_, files, entries, told) => {
  const { code, stderr, left } = await start(files, entries);
  expect(code).toBe(1);
  expect(stderr).toContain('kici-orchestrator: backend_package: the backend package ');
  for (const text of told) expect(stderr).toContain(text);
  expect(stderr).toContain('--backend-packages');
  expect(stderr).not.toContain('canary');
  expect(left).toEqual([]);
});
