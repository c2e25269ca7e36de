import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackages } from '../../.ci/build/build.ts';
import { publishedPackages, root, type Package } from '../../.ci/build/packages.ts';
import { bwrapMissing } from '../agent/support/bwrap.ts';
import { describeLane } from '../support/lane.ts';
import { describeBackends } from './backends.ts';
import { describeExamples, type Installed } from './examples.ts';

const run = promisify(execFile);
const packages = publishedPackages();
const libraries = packages.filter(({ folder }) => folder !== '.');
const importOfEach = libraries
  .map(
    ({ manifest }, index) =>
      `import type * as m${index} from '${manifest.name}';\nexport type T${index} = typeof m${index};\n`,
  )
  .join('');
let folder: string;
let project: string;
let tarballs: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-packages-'));
  await buildPackages(join(folder, 'dist'));
  await mkdir(join(folder, 'packed'));
  await run(
    'npm',
    [
      'pack',
      ...packages.map(({ outputName }) => join(folder, 'dist', outputName)),
      '--pack-destination',
      join(folder, 'packed'),
      '--offline',
      '--silent',
    ],
    { cwd: folder },
  );
  tarballs = (await readdir(join(folder, 'packed'))).map((name) => join(folder, 'packed', name));
  project = join(folder, 'project');
  await installFromTarballs();
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
  await writeFile(join(project, 'use.ts'), importOfEach);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function tarballOf({ name, version }: Package['manifest']): string {
  const tarball = tarballs.find((path) => path.endsWith(`/${name.replace('@', '').replace('/', '-')}-${version}.tgz`));
  if (tarball === undefined) throw new Error(`${name} was not packed`);
  return tarball;
}

/**
 * Lays packages out as npm does: ours from their tarballs, and from the checkout exactly those that a manifest names.
 */
async function installFromTarballs(): Promise<void> {
  for (const { manifest } of packages) {
    const target = join(project, 'node_modules', manifest.name);
    await mkdir(target, { recursive: true });
    await run('tar', ['-xzf', tarballOf(manifest), '-C', target, '--strip-components=1']);
    for (const dependency of Object.keys(manifest.dependencies ?? {}).filter(
      (name) => !name.startsWith('@kici-dev/'),
    )) {
      const link = join(target, 'node_modules', dependency);
      await mkdir(dirname(link), { recursive: true });
      const nested = join(
        root,
        manifest.name === '@kici-dev/kici' ? '.' : (libraries.find((one) => one.manifest === manifest)?.folder ?? '.'),
        'node_modules',
        dependency,
      );
      await symlink(existsSync(nested) ? nested : join(root, 'node_modules', dependency), link);
    }
  }
}

/** Compiles strictly with one of the checkout's compilers and the types of Node.js. */
function compile(compiler: string): readonly string[] {
  return [
    join(root, 'node_modules', compiler, 'bin/tsc'),
    ...'--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node'.split(' '),
    '--lib',
    'es2024,esnext.disposable,esnext.iterator',
    '--typeRoots',
    join(root, 'node_modules/@types'),
    // Another test writes a configuration into the project; older compilers ignore it when files are named.
    ...(compiler === 'typescript' ? ['--ignoreConfig'] : []),
  ];
}

describe.each(packages.map((one) => [one.manifest.name, one] as const))('%s', (name, { manifest }) => {
  it('is what publint wants', async () => {
    const { buffer } = Uint8Array.from(await readFile(tarballOf(manifest)));
    const { messages } = await publint({ strict: true, pack: { tarball: buffer } });
    expect(messages).toEqual([]);
  });

  it('holds JavaScript, declarations and source maps, and no TypeScript that Node would refuse', async () => {
    const files = await readdir(join(project, 'node_modules', name), { recursive: true });
    const own = files.filter((file) => !/node_modules|template\/|^src\/dashboard\//.test(file));
    expect(own.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    for (const script of own.filter((file) => file.endsWith('.js')))
      expect(own).toEqual(expect.arrayContaining([`${script}.map`, script.replace(/\.js$/, '.d.ts')]));
    for (const declaration of own.filter((file) => file.endsWith('.d.ts')))
      expect(await readFile(join(project, 'node_modules', name, declaration), 'utf8')).not.toMatch(
        /from '\.[^']*\.ts'/,
      );
    expect(own).toContain('LICENSE');
  });
});

const installed = (): Installed => ({ project, built: join(folder, 'dist') });
describeExamples(installed);
describeBackends(installed);

describe('a project that installs the tarballs', () => {
  it.each(libraries.map(({ manifest }) => manifest.name))('can import %s', async (name) => {
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '-e', `console.log(JSON.stringify(Object.keys(await import('${name}'))))`],
      { cwd: project },
    );
    const source: unknown = await import(name);
    expect(JSON.parse(stdout).toSorted()).toEqual(
      Object.keys(typeof source === 'object' && source !== null ? source : {}).toSorted(),
    );
  });

  it('can run the programs', async () => {
    const bin = join(project, 'node_modules/@kici-dev/kici/bin');
    for (const program of await readdir(bin)) {
      if (program === 'kici.mjs' && !existsSync(join(root, 'src/cli/kici/main.ts'))) continue;
      const { stdout } = await run(process.execPath, [join(bin, program), '--help'], { cwd: project });
      expect(stdout).toContain(`Usage: ${program.replace('.mjs', '')}`);
    }
    const refused = await run(
      process.execPath,
      [join(bin, 'kici-admin.mjs'), 'secret', 'list', '--scope', 'a', '--url', 'http://0.0.0.0:1'],
      { cwd: project },
    ).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('unreachable') });
    const exec = ['exec', '--environment', 'e', '--all', '--url', 'http://0.0.0.0:1', '--', 'true'];
    await expect(run(process.execPath, [join(bin, 'kici.mjs'), ...exec], { cwd: project })).rejects.toMatchObject({
      stderr: expect.stringContaining('unreachable'),
    });
    await writeFile(join(project, 'broken.yaml'), 'A: [');
    const args = ['secret', 'import', '--scope', 'a', 'broken.yaml'];
    const broken = await run(process.execPath, [join(bin, 'kici-admin.mjs'), ...args], { cwd: project }).catch(
      (error: unknown) => error,
    );
    expect(broken).toMatchObject({ stderr: expect.stringContaining('is not yaml') });
  });

  it('can run each command of kici, by either of its scripts', async () => {
    const cwd = join(project, 'each');
    await mkdir(cwd);
    const kici = async (...args: readonly string[]): Promise<unknown> =>
      run(process.execPath, [join(project, 'node_modules/@kici-dev/kici/bin/kici.mjs'), ...args], { cwd }).catch(
        (error: unknown) => error,
      );
    const where = ['--url', 'http://0.0.0.0:1'];
    expect(await kici('init', '--environment', 'e')).toMatchObject({ stderr: '' });
    expect(await kici('list')).toMatchObject({ stdout: expect.stringContaining('environment e') });
    expect(await kici('check', ...where)).toMatchObject({ stdout: expect.stringContaining('0 literal keys') });
    expect(await kici('run', '--dry-run', ...where)).toMatchObject({ stderr: expect.stringContaining('check_failed') });
    for (const args of [['run'], ['types']])
      expect(await kici(...args, ...where)).toMatchObject({ code: 1, stderr: expect.stringContaining('unreachable') });
  });

  it('has bytecode of its programs that this V8 takes', async () => {
    const bundle = join(project, 'node_modules/@kici-dev/kici/bundle');
    const scripts = (await readdir(bundle)).filter((file) => file.endsWith('.script'));
    expect(scripts).toEqual([
      'kici-admin.script',
      'kici-early.script',
      'kici-run.script',
      'kici.script',
      'step-host.script',
    ]);
    const look = `for (const name of ${JSON.stringify(scripts)}) {
      const [source, cachedData, stamp] = ['script', 'bytecode', 'stamp'].map((kind) => fs.readFileSync(name.replace(/script$/, kind)));
      const { cachedDataRejected } = new vm.Script(source.toString(), { cachedData });
      console.log(name, cachedDataRejected, String(stamp).endsWith(' ' + zlib.crc32(source, zlib.crc32(cachedData))));
    }`;
    // V8 under other flags, as variables may set them, would take none.
    const { stdout } = await run(process.execPath, ['-e', look], { cwd: bundle, env: {} });
    expect(stdout).toBe(scripts.map((name) => `${name} false true\n`).join(''));
  });

  it('can run the programs where V8 takes no such bytecode, as that of another version', async () => {
    const program = join(project, 'node_modules/@kici-dev/kici/bin/kici-admin.mjs');
    const { stdout, stderr } = await run(process.execPath, ['--no-opt', program, '--help'], { cwd: project });
    expect([stdout, stderr]).toEqual([expect.stringContaining('Usage: kici-admin'), '']);
  });

  describe.each([
    ['in-memory', [], 'conformance.test.ts'],
    ['over-http', ['--wire', 'http'], 'test/conformance.test.ts'],
  ])('a backend that is scaffolded %s', (name, flags, test) => {
    beforeAll(async () => {
      const program = join(project, 'node_modules/@kici-dev/kici/bin/kici-admin.mjs');
      await run(process.execPath, [program, 'backend', 'scaffold', name, ...flags], { cwd: project });
    });

    it('passes its suite', async () => {
      const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', test], {
        cwd: join(project, name),
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      });
      expect(stdout).toMatch(/# fail 0\n/);
    });

    it.each(['typescript-5.9', 'typescript'])('fits the declarations, by %s', async (compiler) => {
      const args = [...compile(compiler), '--allowImportingTsExtensions', join(project, name, test)];
      const problems = await run(process.execPath, args, { cwd: join(project, name) }).then(
        () => '',
        // A compiler prints errors as its output.
        (error: unknown) => (error instanceof Error && 'stdout' in error ? error.stdout : error),
      );
      expect(problems).toBe('');
    });
  });

  it('can serve the page', async () => {
    const home = join(folder, 'served');
    await mkdir(home);
    const server = spawn(
      process.execPath,
      [join(project, 'node_modules/@kici-dev/kici/bin/kici-orchestrator.mjs'), '--port', '0', '--json'],
      { cwd: home, env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(server.stdout, 'data');
    const { url } = JSON.parse(String(line));
    const answer = await fetch(url, { headers: { accept: 'text/html' } });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<div id="root">')]);
    server.kill('SIGTERM');
    await once(server, 'close');
  });

  it('can run a workflow, whose errors show no frame of the product', async () => {
    const home = join(folder, 'run');
    await mkdir(join(home, '.kici/workflows'), { recursive: true });
    await writeFile(
      join(home, '.kici/workflows/main.ts'),
      `import { workflow, job, step, push, SdkError } from '@kici-dev/sdk';
      export default workflow('main', { on: push(), jobs: [job('only', { runsOn: 'default', steps: [
        step('shell', async (ctx) => { await ctx.$\`echo FROM-THE-SHELL\`; }),
        step('failing', async (ctx) => { await ctx.secrets.get('K').catch((error) => { console.log('OURS', error instanceof SdkError, 'STRIPPED HERE', process.moduleLoadList.some((name) => name.includes('amaro'))); throw new Error('mine'); }); }),
      ] })] });`,
    );
    const program = join(project, 'node_modules/@kici-dev/kici/bin/kici.mjs');
    const place = { cwd: home, env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home } };
    // One of its keys is nowhere.
    await expect(run(process.execPath, [program, 'run', '--dry-run'], place)).rejects.toMatchObject({
      stdout: expect.stringContaining('failing'),
      stderr: expect.stringContaining('check_failed'),
    });
    const failed: unknown = await run(process.execPath, [program, 'run'], place).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^FROM-THE-SHELL$[^]*^OURS true STRIPPED HERE false$/m),
      stderr: expect.stringMatching(/Error: mine\n\s+at .*main\.ts/),
    });
    expect(failed).not.toMatchObject({ stderr: expect.stringContaining('@kici-dev/kici') });
  });

  describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
    it('has programs that no sandboxed step changes, and may be added to', async () => {
      const [own, home] = ['own', 'own-home'].map((name) => join(folder, name));
      if (own === undefined || home === undefined) throw new Error('unreachable');
      await cp(join(project, 'node_modules'), join(own, 'node_modules'), { recursive: true, verbatimSymlinks: true });
      await mkdir(join(own, '.kici/workflows'), { recursive: true });
      await mkdir(home);
      const host = 'node_modules/@kici-dev/kici/bundle/step-host.mjs';
      await writeFile(
        join(own, '.kici/workflows/main.ts'),
        `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('j', { runsOn: 'default', steps: [step('attack', async () => {
  const fs = await import('node:fs');
  const attempt = (what, ...names) => { for (const name of names) { try { what(name); console.log('BROKE', String(what), name); } catch (error) { console.log('REFUSED', error.code); } } };
  attempt((name) => fs.appendFileSync(name, 'console.log("TAMPERED");'), '${host}', 'node_modules/@kici-dev/kici/bundle/sweeper.mjs', 'node_modules/@kici-dev/kici/bin/kici.mjs', 'node_modules/@kici-dev/sdk/index.js');
  attempt((name) => fs.renameSync(name, 'moved'), '${host}', 'node_modules/@kici-dev/kici', 'node_modules/@kici-dev', 'node_modules');
  attempt((name) => fs.mkdirSync(name), 'node_modules/@kici-dev/node_modules', 'node_modules/@kici-dev/kici/node_modules/@kici-dev');
  fs.mkdirSync('node_modules/added');
}), step('after', () => { console.log('AFTER'); })] })] });`,
      );
      const { stdout } = await run(
        process.execPath,
        [join(own, 'node_modules/@kici-dev/kici/bin/kici.mjs'), 'run', '--sandbox', 'bwrap'],
        { cwd: own, env: { PATH: process.env['PATH'], HOME: home } },
      );
      expect(stdout).not.toMatch(/BROKE|TAMPERED/);
      expect(stdout.match(/^REFUSED [A-Z]+$/gm)).toHaveLength(10);
      expect(stdout).toMatch(/^AFTER$/m);
      expect(existsSync(join(own, 'node_modules/added'))).toBe(true);
    });
  });

  it('can be made by npm itself, from the packages that need no other', async () => {
    const alone = packages
      .filter(
        ({ folder: path, manifest }) =>
          path !== '.' && Object.keys(manifest.dependencies ?? {}).every((name) => name === '@kici-dev/secret-backend'),
      )
      .map(({ manifest }) => manifest.name);
    expect(alone).toEqual(
      expect.arrayContaining([
        '@kici-dev/secret-backend',
        '@kici-dev/secret-backend-conformance',
        '@kici-dev/sdk',
        '@kici-dev/secret-masker',
      ]),
    );
    const fresh = join(folder, 'fresh');
    await mkdir(fresh);
    await writeFile(join(fresh, 'package.json'), '{"type":"module"}');
    const wanted = tarballs.filter((path) =>
      alone.some(
        (name) =>
          path.includes(`/${name.replace('@', '').replace('/', '-')}-0`) ||
          path.includes(`/${name.replace('@', '').replace('/', '-')}-1`),
      ),
    );
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...wanted], {
      cwd: fresh,
    });
    for (const name of alone)
      await run(process.execPath, ['--input-type=module', '-e', `await import('${name}')`], { cwd: fresh });
  });
});
