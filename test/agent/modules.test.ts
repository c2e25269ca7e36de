import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, withSteps } from './support/project.ts';

const files = {
  '.kici/word.ts': 'export const word: string = "old";',
  'src/used.mjs': 'export const word = "old";',
  'src/late.mjs': 'export const word = "old";',
  'config/data.json': '"old"',
  'node_modules/esm/package.json': '{ "exports": { ".": "./index.mjs", "./other.mjs": "./other.mjs" } }',
  'node_modules/esm/index.mjs': 'export const word = "old";',
  'node_modules/esm/other.mjs': 'export const word = "other";',
  'node_modules/cjs/package.json': '{ "main": "index.js" }',
  'node_modules/cjs/index.js': 'exports.word = require("./deep") + require("./data.json");',
  'node_modules/cjs/deep/index.js': 'module.exports = "old";',
  'node_modules/cjs/data.json': '"er"',
  'linked/a.mjs': 'export const word = "old";',
  'linked/b.mjs': 'export const word = "other";',
};

interface Case {
  readonly what: string;
  readonly head: string;
  /** What an earlier step does. @param at returns the path of a name in the project */
  readonly attack: (at: (name: string) => string) => Promise<unknown>;
  /** The name in the error; default: the step passes. */
  readonly named?: string;
}

const overwrite =
  (name: string, text = 'export const word = "new";') =>
  async (at: (name: string) => string): Promise<void> => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  };
const esm = "import { word } from 'esm';";
const cjs = "import cjs from 'cjs';";

const cases: readonly Case[] = [
  {
    what: 'the workflow file itself',
    head: '',
    attack: async (at) => appendFile(at('.kici/workflows/main.ts'), '\n'),
    named: '.kici/workflows/main.ts',
  },
  {
    what: 'a module of .kici',
    head: "import { word } from '../word.ts';",
    attack: overwrite('.kici/word.ts'),
    named: '.kici/word.ts',
  },
  {
    what: 'a source, whatever it is asked for with',
    head: "import { word } from '../../src/used.mjs?a'; await import('../../src/used.mjs?' + process.pid);",
    attack: overwrite('src/used.mjs'),
    named: 'src/used.mjs',
  },
  {
    what: 'a JSON module',
    head: "import word from '../../config/data.json' with { type: 'json' };",
    attack: overwrite('config/data.json', '1'),
    named: 'config/data.json',
  },
  {
    what: 'a package',
    head: esm,
    attack: overwrite('node_modules/esm/index.mjs'),
    named: 'node_modules/esm/index.mjs',
  },
  {
    what: 'what a CommonJS package requires',
    head: cjs,
    attack: overwrite('node_modules/cjs/deep/index.js', ''),
    named: 'node_modules/cjs/deep/index.js',
  },
  {
    what: 'JSON that one requires',
    head: cjs,
    attack: overwrite('node_modules/cjs/data.json', '1'),
    named: 'node_modules/cjs/data.json',
  },
  {
    what: 'a manifest that leads elsewhere',
    head: esm,
    attack: overwrite('node_modules/esm/package.json', '{ "exports": "./other.mjs" }'),
    named: 'node_modules/esm/other.mjs',
  },
  {
    what: 'a file that comes first',
    head: cjs,
    attack: overwrite('node_modules/cjs/deep.js', ''),
    named: 'node_modules/cjs/deep.js',
  },
  {
    what: 'a package that comes first',
    head: esm,
    attack: async (at) => cp(at('node_modules/esm'), at('.kici/node_modules/esm'), { recursive: true }),
    named: '.kici/node_modules/esm/index.mjs',
  },
  {
    what: 'a link that leads elsewhere',
    head: "import { word } from '../../linked/link.mjs';",
    attack: async (at) => {
      await rm(at('linked/link.mjs'));
      await symlink('b.mjs', at('linked/link.mjs'));
    },
    named: 'linked/b.mjs',
  },
  {
    what: "a link in the workflow file's place",
    head: '',
    attack: async (at) => {
      await rename(at('.kici/workflows/main.ts'), at('moved.ts'));
      await symlink('../../moved.ts', at('.kici/workflows/main.ts'));
    },
    named: 'moved.ts',
  },
  {
    what: 'what is imported while it runs',
    head: "await import('../../src/late.mjs');",
    attack: overwrite('src/late.mjs'),
    named: 'src/late.mjs',
  },
  {
    what: 'what is imported while it runs, where it catches what that throws',
    head: "await import('../../src/late.mjs').catch(() => undefined);",
    attack: overwrite('src/late.mjs'),
    named: 'src/late.mjs',
  },
  {
    what: 'what it did without',
    head: "await import('absent').catch(() => undefined);",
    attack: overwrite('node_modules/absent/index.js'),
    named: 'node_modules/absent/index.js',
  },
  {
    what: 'a module that is gone',
    head: "await import('../../src/late.mjs').catch(() => undefined);",
    attack: async (at) => rm(at('src/late.mjs')),
    named: 'src/late.mjs',
  },
  { what: 'nothing that it imports', head: esm, attack: overwrite('src/used.mjs') },
  {
    what: 'nothing, however it imports',
    head: `${cjs} ${esm} import latin from 'latin'; import { word as again } from '../../linked/link.mjs';
import { createRequire } from 'node:module'; import json from '../../config/data.json' with { type: 'json' };
const require = createRequire(import.meta.url); require('cjs'); require('latin'); require('esm');
await import('../../src/late.mjs?' + process.pid); await import('absent').catch(() => undefined);
if (process.argv.includes('check')) await import('esm/other.mjs');`,
    attack: async () => undefined,
  },
];

describe('a workflow is held against what it was when the run began:', () => {
  let root: string;
  let outcomes: readonly string[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kici-modules-'));
    const folders = cases.map((_, index) => join(root, `${index}`));
    const at = (folder: string) => (name: string) => join(folder, name);
    for (const [index, folder] of folders.entries()) {
      const all = {
        ...files,
        '.kici/workflows/main.ts': `${cases[index]?.head}\n${withSteps("step('s', () => {})", 'env: {}')}`,
      };
      for (const [name, text] of Object.entries(all)) await overwrite(name, text)(at(folder));
      await symlink('a.mjs', join(folder, 'linked/link.mjs'));
      await overwrite('node_modules/latin/index.js')(at(folder));
      await writeFile(join(folder, 'node_modules/latin/index.js'), Buffer.from('/* \xe9 */ exports.a = 1;', 'latin1'));
    }
    const inProcess = async (mode: string): Promise<string> =>
      (
        await promisify(execFile)(process.execPath, [
          join(import.meta.dirname, 'support/module-cases.ts'),
          mode,
          ...folders,
        ])
      ).stdout;
    await inProcess('record');
    for (const [index, folder] of folders.entries()) await cases[index]?.attack(at(folder));
    outcomes = (await inProcess('check'))
      .trim()
      .split('\n')
      .map((line) => String(JSON.parse(line)));
  });

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it.each(cases.map(({ what, named }, index) => ({ what, named, index })))('changing $what', ({ named, index }) => {
    if (named === undefined) expect(outcomes[index]).toBe('passes');
    else {
      expect(outcomes[index]).toMatch(/^ModuleChangedError: /);
      expect(outcomes[index]).toContain(join(root, `${index}`, named));
    }
  });
});

describe('a step that changes what later steps import', () => {
  it('makes them fail, in every job, before anything of it runs', async () => {
    const project = await makeProject({
      'main.ts': `import { word } from '../word.ts';
import { workflow, job, step, push } from '@kici-dev/sdk';
const attack = async () => { console.log('FIRST', word); (await import('node:fs')).writeFileSync('.kici/word.ts', 'console.log("EVIL"); export const word = "new";'); };
export default workflow('main', { on: push(), jobs: [
  job('first', { runsOn: 'default', steps: [step('write', attack)] }),
  job('second', { runsOn: 'default', needs: ['first'], steps: [step('read', () => { console.log('SECOND'); })] }),
] });`,
      '.kici/word.ts': 'export const word: string = "old";',
    });
    const { code, stdout, stderr } = await project.run('run');
    expect(stdout).toMatch(/FIRST old\n[^]*job first: succeeded/);
    expect(`${stdout}${stderr}`).not.toMatch(/EVIL|SECOND/);
    expect(stderr).toContain(`ModuleChangedError: ${project.folder}/.kici/word.ts has changed since the run began`);
    expect(code).toBe(1);
  });

  it('fails itself where it imports that again', async () => {
    const project = await makeProject({
      'main.ts': `import '../word.ts';
${withSteps(
  `step('s', async () => { const { writeFileSync } = await import('node:fs');
  writeFileSync('.kici/new.ts', 'console.log("WHAT WAS NOT THERE PASSES")'); await import('../new.ts');
  writeFileSync('.kici/word.ts', 'console.log("EVIL")'); await import('../word.ts?again').catch(() => undefined); })`,
  'env: {}',
)}`,
      '.kici/word.ts': 'export {};',
    });
    const { code, stdout, stderr } = await project.run('run');
    expect(stdout).toContain('WHAT WAS NOT THERE PASSES');
    expect(stdout).not.toContain('EVIL');
    expect([code, stderr]).toEqual([1, expect.stringContaining('.kici/word.ts has changed since the run began')]);
  });

  it("is held against what lay there before another workflow's code ran", async () => {
    const project = await makeProject({
      'a-first.ts': `import { writeFileSync } from 'node:fs'; writeFileSync('.kici/word.ts', 'export const word = "evil";');\nprocess.exit(0);`,
      'main.ts': `import { word } from '../word.ts';\n${withSteps("step('s', () => { console.log('RAN ' + word); })", 'env: {}')}`,
      '.kici/word.ts': 'export const word: string = "old";',
    });
    const { code, stdout, stderr } = await project.run('run', 'main');
    expect(stderr).toContain('.kici/workflows/a-first.ts: its import ended the process');
    expect(stderr).toContain('.kici/word.ts has changed since the run began');
    expect(stdout).not.toContain('RAN');
    expect(code).toBe(1);
  });
});
