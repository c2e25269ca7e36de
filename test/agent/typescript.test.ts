import { describe, expect, it } from 'vitest';
import { stripFiles } from '../../src/agent/modules/strip-types.ts';
import { makeProject, withSteps } from './support/project.ts';

const alone = (body: string, head = ''): string =>
  head + withSteps(`step('one', async (ctx) => { ${body} })`, 'env: {}');

describe('the TypeScript of a project', () => {
  it("runs without a word of Node's on how, with errors where the author wrote them", async () => {
    const source = alone(
      'const answers: Record<string, number> = {}; console.log(half(84)); throw new Error("here");',
      "import { half } from '../lib/half.ts';\n",
    );
    const project = await makeProject({
      'main.ts': source,
      '.kici/lib/half.ts': 'export function half(of: number): number { return of / 2; }',
    });
    const { stdout, stderr } = await project.run('run');
    expect(stdout).toContain('\n42\n');
    const before = source.slice(0, source.indexOf('new Error')).split('\n');
    expect(stderr).toMatch(
      new RegExp(`^Error: here\\n\\s+at .*main\\.ts:${before.length}:${(before.at(-1) ?? '').length + 1}\\)?\\n`),
    );
    expect(stderr).not.toContain('Warning');
  });

  it('is stripped before it is imported, with what it imports; what is too long or broken is left to its import', async () => {
    const project = await makeProject({
      'main.ts':
        "import '../lib/a.ts';\nexport { b } from \"../lib/b.ts\";\nimport('./nowhere.ts');\nimport type { T } from '../lib/type.ts';",
      '.kici/lib/a.ts': "import { c } from './deep/c.ts';\nexport const a: string = c;",
      '.kici/lib/b.ts': `export const b: string = "${'b'.repeat(65_536)}";`,
      '.kici/lib/deep/c.ts': 'import \'../a.ts\'; export const c: string = "c";',
      '.kici/lib/type.ts': 'enum No { one }',
    });
    const stripped: (string | undefined)[] = [];
    for await (const { javascript } of stripFiles([`${project.folder}/.kici/workflows/main.ts`]))
      stripped.push(javascript.split('\n').at(-1));
    expect(stripped.slice(1)).toEqual([
      'export const a         = c;',
      'import \'../a.ts\'; export const c         = "c";',
    ]);
    expect(stripped).toHaveLength(3);
  });

  it('runs whatever its length', async () => {
    const project = await makeProject({
      'main.ts': alone('console.log(word);', "import { word } from '../word.ts';\n"),
      '.kici/word.ts': `/* ${'"'.repeat(70_000)} */ export const word: string = "long";`,
    });
    expect((await project.run('run')).stdout).toContain('\nlong\n');
  });

  it("is refused in Node's own words where it needs more than its types taken away", async () => {
    const project = await makeProject({ 'main.ts': alone('', 'enum Colour { red }\n') });
    const { code, stderr } = await project.run('run');
    expect(code).toBe(1);
    expect(stderr).toContain('enum is not supported in strip-only mode');
  });

  it("is no other workflow's to put words into", async () => {
    const forger = `import { readFileSync, writeSync } from 'node:fs';
const target = readFileSync('.kici/workflows/target.ts', 'utf8');
for (const message of [
  { type: 'stripped', typescript: target, javascript: target.replace('GENUINE', 'FORGED') }, { type: 'importing', file: 'any' },
]) {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.byteLength);
  writeSync(3, Buffer.concat([head, body]));
}
`;
    const project = await makeProject({
      'a-forger.ts': alone('', forger).replace("'main'", "'forger'"),
      'target.ts': alone('console.log("GENUINE");'),
    });
    const { code, stdout } = await project.run('run', 'main');
    expect(code).toBe(0);
    expect(stdout).toContain('GENUINE');
    expect(stdout).not.toContain('FORGED');
  });
});
