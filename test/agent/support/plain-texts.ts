import { stripTypeScriptTypes } from 'node:module';
import fc from 'fast-check';
import { registerModuleHooks } from '../../../src/agent/modules/module-hooks.ts';
import { isPlainJavaScript } from '../../../src/agent/modules/plain-javascript.ts';

// Prints which texts are taken for plain JavaScript although Node.js strips something of them, and how many were taken
// for it at all. Usage: RUNS SEED, with texts of the caller's own as JSON on standard input.
const words =
  'a b x type as satisfies is declare abstract readonly public private protected override accessor static async get set enum namespace module global interface let const class function import export default from new await number any';
const marks = '< > ( ) = ; : ? ! { } [ ] , . + / ` " @ # => >> >= <= ?. ?? ... <T>'
  .split(' ')
  .concat(': T', '/* c */', '// c\n', '\n', '\u2028', '\r', ' ');
const templates = [
  'class A { %  x % = 1 }',
  'class A { % \n x () { } % }',
  '% X % = 1',
  'f(a % b, c % (d))',
  'let x = a % b % (c)',
  'x = a ? (b) : c => d %%',
  'x = a ? (b % ) => (c) : d % => e',
  'import % x % from "y"',
  'import { % x % } from "y"',
  'export % { x % }',
  'export default % function % () {}',
  '%\nX\n{ % }',
  '% async % (x) => x',
  'for (const x % of y) { % }',
  '% a %',
  'a\n% b\n%',
];
const hole = fc
  .array(fc.constantFrom(...words.split(' ').map((word) => ` ${word} `), ...marks), { maxLength: 3 })
  .map((parts) => parts.join(''));
const text = fc
  .tuple(fc.constantFrom(...templates), hole, hole)
  .map(([template, first, second]) => template.replace('%', () => first).replace('%', () => second));

const [runs = '', seed = ''] = process.argv.slice(2);
const own: unknown = JSON.parse((await process.stdin.toArray()).join(''));
const texts = [
  ...(Array.isArray(own) ? own.map(String) : []),
  ...fc.sample(text, { numRuns: Number(runs), seed: Number(seed) }),
];
process.emitWarning = () => undefined;
registerModuleHooks();
const taken = [];
for (const source of texts) if (await isPlainJavaScript(source)) taken.push(source);
const different = taken.filter((source) => {
  try {
    return stripTypeScriptTypes(source) !== source;
  } catch {
    // Node.js would say what is wrong with it, and there is nothing to strip.
    return false;
  }
});
console.log(JSON.stringify({ taken: taken.length, different }));
