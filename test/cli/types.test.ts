import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import ts from 'typescript-5.9';
import { describe, expect, it, onTestFinished } from 'vitest';
import { offerTypes } from '../../src/cli/kici/types/offer.ts';
import { differenceOf } from '../../src/cli/kici/types/difference.ts';
import type { KnownKeys, KeyOrigin } from '../../src/cli/kici/types/names.ts';
import { environmentsOf, renderTypes } from '../../src/cli/kici/types/render.ts';
import { writeTypes } from '../../src/cli/kici/types/types-file.ts';
import { runProgram, spawnProgram } from '../support/programs.ts';
import { secret, typesProject, type Catalogue, type Secret } from './types-project.ts';

const workflow = (...jobs: string[]): string =>
  `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [${jobs.map((options, index) => `job('j${index}', { runsOn: 'default', ${options}, steps: [step('s', () => {})] })`).join(', ')}] });`;

const nobody = {
  backend: 'corp',
  scopes: [],
  code: 'timeout',
  meaning: 'it did not answer in time',
  hint: 'try again',
  answered: false,
} as const;

describe('kici types', () => {
  it('writes the keys of every environment that workflows bind, with where each comes from', async () => {
    const { kici, file, api } = await typesProject(
      {
        production: [
          secret('DB_PASSWORD', { version: '7' }),
          secret('LATER', { status: 'declared' }),
          secret('GONE', { backend: 'corp', scope: 'apps/shop', status: 'unavailable', code: 'deleted' }),
        ],
        staging: [secret('DB_PASSWORD', { scope: 'staging' })],
      },
      { 'main.ts': workflow("environment: 'staging'", "environment: 'production'") },
    );
    expect(await kici('types')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `wrote ${file}: 3 keys of production, staging\n`,
    });
    const text = await readFile(file, 'utf8');
    expect(text).toContain(`    /**
     * - production: internal:production
     * - staging: internal:staging
     */
    readonly "DB_PASSWORD": unknown;
    /**
     * - production: corp:apps/shop (unavailable: deleted)
     */
    readonly "GONE": unknown;
    /**
     * - production: internal:production (declared, not set)
     */
    readonly "LATER": unknown;
`);
    expect(environmentsOf(text)).toEqual(['production', 'staging']);
    expect(api.calls.map(({ id }) => id)).toEqual(['resolution.catalogue', 'resolution.catalogue']);
    expect(await kici('types', '--check')).toMatchObject({ code: 0, stderr: '' });
    expect(await kici('types')).toMatchObject({ code: 0, stdout: expect.stringContaining('is up to date') });
    expect(await readdir(join(file, '..'))).toEqual(['secrets.d.ts', 'workflows']);
  });

  it('narrows to what all the jobs of an environment state, and takes --environment whole', async () => {
    const { kici } = await typesProject(
      { a: [secret('ONE'), secret('TWO_1'), secret('THREE')], b: [secret('FOUR'), secret('FIVE')] },
      {
        'main.ts': workflow(
          "environment: 'a', secrets: ['ONE']",
          "environment: 'a', secrets: ['TWO_*']",
          "environment: 'b', secrets: ['FOUR']",
          "environment: 'b'",
        ),
      },
    );
    const keysOf = async (...args: string[]): Promise<unknown> => {
      const { keys }: { keys: { key: string }[] } = JSON.parse((await kici('types', '--json', ...args)).stdout);
      return keys.map(({ key }) => key);
    };
    expect(await keysOf()).toEqual(['FIVE', 'FOUR', 'ONE', 'TWO_1']);
    expect(await keysOf('--environment', 'a')).toEqual(['ONE', 'THREE', 'TWO_1']);
  });

  it('--check exits with 1 and the difference, key by key, and writes nothing', async () => {
    const catalogues = { e: [secret('KEPT'), secret('MOVED'), secret('OLD')] };
    const { kici, file } = await typesProject(catalogues, { 'main.ts': workflow("environment: 'e'") });
    expect(await kici('types', '--check')).toMatchObject({ code: 1, stderr: expect.stringContaining('types_stale') });
    await kici('types');
    catalogues.e = [secret('KEPT'), secret('MOVED', { scope: 'elsewhere' }), secret('NEW')];
    const before = await readFile(file, 'utf8');
    const { code, stdout, stderr } = await kici('types', '--check');
    expect([code, stderr]).toEqual([1, expect.stringContaining('kici: types_stale: ')]);
    expect(stdout).toBe(`-    /**
-     * - e: internal:production
-     */
+    /**
+     * - e: internal:elsewhere
+     */
     readonly "MOVED": unknown;
+    /**
+     * - e: internal:production
+     */
+    readonly "NEW": unknown;
-    /**
-     * - e: internal:production
-     */
-    readonly "OLD": unknown;
`);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('takes nothing away for an outage: the file stays, and the exit code is 1', async () => {
    const catalogues: Record<string, Catalogue> = { e: { secrets: [secret('A'), secret('B')], unavailable: [] } };
    const { kici, file } = await typesProject(catalogues, { 'main.ts': workflow("environment: 'e'") });
    await kici('types');
    const before = await readFile(file, 'utf8');
    catalogues['e'] = { secrets: [secret('A')], unavailable: [{ ...nobody, scopes: [] }] };
    const { code, stderr } = await kici('types');
    expect([code, stderr]).toEqual([1, expect.stringContaining('kici: incomplete: ')]);
    expect(await readFile(file, 'utf8')).toBe(before);
    await rm(file);
    expect(await kici('types')).toMatchObject({ code: 1, stderr: expect.stringContaining('was written without them') });
    // The state of a scope is an answer like any other.
    catalogues['e'] = { secrets: [secret('A')], unavailable: [{ ...nobody, scopes: ['x'], answered: true }] };
    expect(await kici('types')).toMatchObject({ code: 0, stderr: expect.stringContaining('its keys are not known') });
  });

  it('keeps keys apart that differ in case alone, in two environments of 5,000 keys', async () => {
    const many = (name: (index: number) => string): Secret[] =>
      Array.from({ length: 5_000 }, (_, at) => secret(name(at)));
    const { kici, file } = await typesProject(
      { production: many((at) => `KEY_${at}`), staging: many((at) => `key_${at}`) },
      { 'main.ts': workflow("environment: 'production'", "environment: 'staging'") },
    );
    expect(await kici('types')).toMatchObject({ code: 0, stderr: '' });
    const text = await readFile(file, 'utf8');
    expect(text.match(/^ {4}readonly "/gm)).toHaveLength(10_000);
    expect(text).toMatch(/\* - production: internal:production\n {5}\*\/\n {4}readonly "KEY_7": unknown/);
    expect(text).toMatch(/\* - staging: internal:production\n {5}\*\/\n {4}readonly "key_7": unknown/);
    expect(await kici('types', '--check')).toMatchObject({ code: 0 });
  });

  it('writes one whole text, whoever writes another at the same time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kici-types-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'secrets.d.ts');
    const texts = Array.from({ length: 16 }, (_, at) => String(at).repeat(200_000));
    const seen = new Set<string>();
    const ended = new AbortController();
    const reading = (async () => {
      while (!ended.signal.aborted) seen.add(await readFile(file, 'utf8').catch(() => texts[0] ?? ''));
    })();
    await Promise.all(texts.map((text) => writeTypes(file, text)));
    ended.abort();
    await reading;
    seen.add(await readFile(file, 'utf8'));
    expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
    expect(await readdir(folder)).toEqual(['secrets.d.ts']);
  });

  it('leaves a file alone that it did not write, and does nothing while a workflow cannot be read', async () => {
    const { kici, file, folder } = await typesProject(
      { e: [secret('A')] },
      { 'main.ts': workflow("environment: 'e'") },
    );
    await writeFile(file, '// mine\n');
    expect(await kici('types')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was not written by this command'),
    });
    expect(await readFile(file, 'utf8')).toBe('// mine\n');
    await rm(file);
    await writeFile(join(folder, '.kici/workflows/broken.ts'), 'export default 1;');
    expect(await kici('types')).toMatchObject({ code: 1, stderr: expect.stringContaining('kici: workflow_invalid: ') });
    expect(await kici('types', '--check', '--watch')).toMatchObject({ code: 2 });
    expect(await readdir(join(folder, '.kici'))).toEqual(['workflows']);
  });

  it('--watch writes again when a workflow changes, and ends with its signal', async () => {
    const { file, folder, environment } = await typesProject(
      { a: [secret('A')], b: [secret('B')] },
      { 'main.ts': workflow("environment: 'a'") },
    );
    const child = spawnProgram('kici', ['types', '--watch'], { environment, folder });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const written = (environments: string): Promise<void> =>
      new Promise((resolve) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes(`keys of ${environments}\n`)) resolve();
        });
      });
    await written('a');
    const again = written('b');
    await writeFile(join(folder, '.kici/workflows/main.ts'), workflow("environment: 'b'"));
    await again;
    expect(environmentsOf(await readFile(file, 'utf8'))).toEqual(['b']);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
  });
});

describe('kici run', () => {
  it.each<[string, string | undefined, object, string]>([
    [
      'is not there',
      undefined,
      {},
      'kici: .kici/secrets.d.ts is not there; `kici types` writes the names of secrets for your editor\n',
    ],
    [
      'lacks an environment',
      renderTypes(['b'], new Map()),
      {},
      'kici: .kici/secrets.d.ts lacks a; `kici types` writes the names of secrets for your editor\n',
    ],
    [
      'is of another hand',
      '// mine',
      {},
      'kici: .kici/secrets.d.ts lacks a; `kici types` writes the names of secrets for your editor\n',
    ],
    ['has them all', renderTypes(['a', 'b'], new Map()), {}, ''],
    ['is not there, in a pipeline', undefined, { CI: 'true' }, ''],
  ])('says in one line when the file %s', async (_, text, environment, expected) => {
    const { folder, file } = await typesProject({}, {});
    if (text !== undefined) await writeFile(file, text);
    let told = '';
    const stderr = Object.assign(
      new Writable({
        write: (chunk: Buffer, __, done) => {
          told += chunk.toString();
          done();
        },
      }),
      { isTTY: true },
    );
    const job = {
      name: 'j',
      runsOn: ['default'],
      environment: 'a',
      needs: [],
      env: {},
      network: false,
      steps: [{ name: 's' }],
    };
    const io = { stdin: process.stdin, stdout: process.stdout, stderr, environment: { NO_COLOR: '1', ...environment } };
    await offerTypes(folder, [{ name: 'w', on: [{ event: 'push' }], jobs: [job] }], io);
    expect(told).toBe(expected);
  });

  it('says nothing of it where no terminal is', async () => {
    const { folder, environment } = await typesProject({}, { 'main.ts': workflow('network: true') });
    const run = await runProgram('kici', ['run'], { environment, folder });
    expect([run.code, run.stderr]).toEqual([0, '']);
  });
});

const place: fc.Arbitrary<KeyOrigin> = fc.record({
  environment: fc.string({ unit: 'binary' }),
  backend: fc.constantFrom('internal', '*/', 'corp\n'),
  scope: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('*/ export const x = 1; /*', '\n * @deprecated', '`${x}`', '\u2028'),
  ),
  status: fc.constantFrom('available', 'declared', 'unavailable'),
});
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 255 }),
  fc.constantFrom(
    '*/',
    '`',
    '"',
    "'",
    '\n',
    '\\',
    '__proto__',
    'constructor',
    '🦊',
    '": unknown; } } evil(); //',
    '\u202e',
    '\ud800',
  ),
);

describe('the declarations', () => {
  it('hold the same keys and nothing else, whatever a backend calls them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(hostile, fc.array(place, { minLength: 1, maxLength: 3 })), {
          selector: ([key]) => key,
          maxLength: 8,
        }),
        fc.array(hostile, { maxLength: 3 }),
        (entries, environments) => {
          const text = renderTypes(environments, new Map(entries));
          const [plain, source] = [renderTypes([], new Map()), text].map((code) =>
            ts.createSourceFile('secrets.d.ts', code, ts.ScriptTarget.Latest, true),
          );
          const augmented = source?.statements[1];
          if (
            augmented === undefined ||
            !ts.isModuleDeclaration(augmented) ||
            augmented.body === undefined ||
            !ts.isModuleBlock(augmented.body)
          )
            throw new Error('the module is augmented');
          const [keys] = augmented.body.statements;
          if (keys === undefined || !ts.isInterfaceDeclaration(keys)) throw new Error('the keys are an interface');
          expect(
            keys.members.map(({ name }) => (name !== undefined && ts.isStringLiteral(name) ? name.text : undefined)),
          ).toEqual(entries.map(([key]) => key));
          expect(keys.members.flatMap((member) => ts.getJSDocTags(member))).toEqual([]);
          expect(shapeOf(source, keys)).toEqual(shapeOf(plain, undefined));
          expect(environmentsOf(text)).toEqual(
            environments.map((name) => (name.toWellFormed() === name ? name : JSON.parse(JSON.stringify(name)))),
          );
          expect(text).toMatch(/^[\n\x20-\x7e]*$/);
        },
      ),
    );
  });

  it('are the same text for the same names, and every difference between two is shown', () => {
    const keys: KnownKeys['keys'] = new Map([
      ['A', [{ environment: 'e', backend: 'internal', scope: 's', status: 'available' }]],
    ]);
    expect(renderTypes(['e'], keys)).toBe(renderTypes(['e'], new Map(keys)));
    expect(differenceOf(renderTypes(['e'], keys), renderTypes(['e'], keys))).toEqual([]);
    expect(differenceOf(renderTypes(['e'], keys), renderTypes(['f'], keys))).toContain('+// environments: ["f"]');
  });
});

/** The kinds of all nodes, except the members of the keys. */
function shapeOf(source: ts.SourceFile | undefined, keys: ts.Node | undefined): readonly string[] {
  const kinds: string[] = [];
  const visit = (node: ts.Node): void => {
    kinds.push(ts.SyntaxKind[node.kind]);
    if (node !== keys && !(ts.isInterfaceDeclaration(node) && node.name.text === 'SecretKeys'))
      node.forEachChild(visit);
  };
  if (source !== undefined) visit(source);
  return kinds;
}
