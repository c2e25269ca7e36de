import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { beforeAll, beforeEach, afterAll, expect, it } from 'vitest';
import { writeBytecode } from '../../.ci/build/bytecode.ts';
import { withStartBundle } from '../../.ci/build/programs.ts';

const scriptThat = (prints: string) =>
  `(function (module, require, importMeta) { function print() { console.log('${prints}'); } print(); })`;

let folder: string;
let files: { readonly script: string; readonly bytecode: string; readonly stamp: string };
let made: { readonly bytecode: Buffer; readonly stamp: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-bytecode-'));
  await Promise.all(['bin', 'bundle'].map(async (name) => mkdir(join(folder, name))));
  const one = join(folder, 'bundle/one');
  files = { script: `${one}.script`, bytecode: `${one}.bytecode`, stamp: `${one}.stamp` };
  await writeFile(join(folder, 'bin/one.mjs'), withStartBundle("startBundle(import.meta, 'one');"));
  await writeFile(files.script, scriptThat('as built'));
  writeBytecode([one]);
  made = { bytecode: await readFile(files.bytecode), stamp: await readFile(files.stamp, 'utf8') };
});
beforeEach(async () => {
  await writeFile(files.script, scriptThat('as built'));
  await writeFile(files.bytecode, made.bytecode);
  await writeFile(files.stamp, made.stamp);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** @returns what the program prints, or how it fails */
const start = async (): Promise<unknown> =>
  promisify(execFile)(process.execPath, [join(folder, 'bin/one.mjs')], { env: {} }).then(
    ({ stdout, stderr }) => stdout.trim() + stderr,
    (error: unknown) => error,
  );

/** Another script of the same length, which V8 cannot tell from the one that the bytecode is of. */
async function changeScript(stamp: (checksum: number) => string): Promise<void> {
  const script = scriptThat('changed.');
  await writeFile(files.script, script);
  await writeFile(files.stamp, stamp(crc32(script, crc32(await readFile(files.bytecode)))));
}

const { version, platform, arch } = process;

const rightStamp = (checksum: number) => `${version} ${platform} ${arch} ${checksum}`;

it('the bytecode is what runs, where the stamp names this Node.js, this platform and every byte', async () => {
  expect(rightStamp(crc32(scriptThat('as built'), crc32(made.bytecode)))).toBe(made.stamp);
  await changeScript(rightStamp);
  expect(await start()).toBe('as built');
});

it.each([
  ['another Node.js', (checksum: number) => `v24.0.0 ${platform} ${arch} ${checksum}`],
  ['another platform', (checksum: number) => `${version} aix ${arch} ${checksum}`],
  ['another processor', (checksum: number) => `${version} ${platform} mips ${checksum}`],
  ['another script', () => made.stamp],
])('the script is compiled where the bytecode is of %s', async (_, stamp) => {
  await changeScript(stamp);
  expect(await start()).toBe('changed.');
});

it.each(['bytecode', 'stamp'] as const)('the script is compiled where the %s is missing', async (missing) => {
  await rm(files[missing]);
  expect(await start()).toBe('as built');
});

it('the script is compiled where the bytecode is damaged', async () => {
  await writeFile(
    files.bytecode,
    made.bytecode.map((byte, index) => (index < 64 ? byte : byte ^ 0xff)),
  );
  expect(await start()).toBe('as built');
});

it('bytecode is of no flag and no variable of its builder', async () => {
  const build = join(import.meta.dirname, '../../.ci/build/bytecode.ts');
  await promisify(execFile)(
    process.execPath,
    [
      '--no-opt',
      '--input-type=module',
      '-e',
      `const { writeBytecode } = await import(${JSON.stringify(build)}); writeBytecode([${JSON.stringify(join(folder, 'bundle/one'))}]);`,
    ],
    { env: { NODE_OPTIONS: '--max-old-space-size=300', NODE_V8_COVERAGE: join(folder, 'coverage') } },
  );
  await changeScript(rightStamp);
  expect(await start()).toBe('as built');
});
