import { importModule } from './import-module.ts';

const scheme = 'kici-syntax:';
/** Thrown where the first import of a text is looked up: by then its syntax has been found right. */
const isRight = Symbol('the syntax is right');

/** Texts whose syntax is looked at now, by the name of a module that exists nowhere but in this process. */
const looked = new Map<string, string>();
let count = 0;

/**
 * Whether a module's text is what stripping its types would leave: the parser that does it takes longer to load than
 * all the rest of a step's process. In doubt it is not.
 */
export async function isPlainJavaScript(source: string): Promise<boolean> {
  if (mayMeanTypes(source)) return false;
  count += 1;
  const url = `${scheme}${count}`;
  // It always has an import, so that it is never run.
  looked.set(url, `${source}\nimport ${JSON.stringify(scheme)};`);
  try {
    await importModule(url);
    return false;
  } catch (error) {
    return error === isRight;
  } finally {
    looked.delete(url);
  }
}

/** The text of a module whose syntax is looked at; `undefined` for every other module. */
export function syntaxSource(url: string): string | undefined {
  return looked.get(url);
}

/** @throws what says that its syntax is right, for a module whose syntax is looked at */
export function endSyntaxLook(parent: string | undefined): void {
  if (parent?.startsWith(scheme) === true) throw isRight;
}

/** Words that mean something else to TypeScript than to JavaScript, by whether the line goes on after them. */
const words =
  'abstract|accessor|async|declare|enum|get|global|interface|module|namespace|override|private|protected|public|readonly|set|static|type';
const lineEnds = String.raw`\n\r\u2028\u2029`;
/** The words before a line's end or a comment, what reads on from the line before, and a mark that Node.js drops. */
const ambiguous = new RegExp(
  String.raw`\b(?:${words})[^\S${lineEnds}]*(?:[${lineEnds}]|\/[/*])|[${lineEnds}]\s*(?:!|as\b|satisfies\b)|^\uFEFF`,
);

/** Text that is JavaScript and may be something else in TypeScript: `f<T>(x)` is a comparison of comparisons, too. */
function mayMeanTypes(source: string): boolean {
  const angle = source.indexOf('<');
  return (angle >= 0 && /(?<!=)>/.test(source.slice(angle))) || ambiguous.test(source);
}
