import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript-5.9';

const root = join(import.meta.dirname, '../..');
const sources = ['src/**/*.{ts,tsx,mjs}', 'backends/**/*.ts'];
const excluded = ['**/node_modules/**', '**/dist/**', '**/test/**'];

/** The texts of one file, by the code of their error; '' for none. */
type Texts = Map<string, Set<string>>;
type Helpers = ReadonlyMap<string, string>;

/** Every text of the programs, so that somebody can read them as a whole. */
export function messagesPage(): string {
  const files = globSync(sources, { cwd: root, exclude: excluded })
    .toSorted()
    .map((path) => ({ path, source: parse(path) }));
  const helpers = helperCodes(files.map(({ source }) => source));
  const texts = files.map(({ path, source }) => ({ path, texts: textsOf(source, helpers) }));
  const codes = [...new Set(texts.flatMap((file) => [...file.texts.keys()]))].filter((code) => code !== '').toSorted();
  return `${[
    '# Messages',
    'Every message and hint in the code, by the code of its error, so that they can be read as a whole. A name in ‹› stands for what a program fills in. [errors.md](errors.md) explains the codes.',
    ...codes.flatMap((code) => [`## ${code}`, block(code)]),
    '## Other texts',
    'Help, notices, warnings, labels and parts of messages.',
    block(''),
  ].join('\n\n')}\n`;

  function block(code: string): string {
    const parts = texts.flatMap(({ path, texts: own }) => {
      const lines = [...(own.get(code) ?? [])].map((text) => `  ${text}`);
      return lines.length === 0 ? [] : [[path, ...lines].join('\n')];
    });
    return ['```text', parts.join('\n'), '```'].join('\n');
  }
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Functions that make errors of one code, by file and name. */
function helperCodes(files: readonly ts.SourceFile[]): Helpers {
  const found = new Map<string, Set<string>>();
  const visit = (node: ts.Node): void => {
    const code = ts.isNewExpression(node) ? errorCode(node) : undefined;
    const name = code === undefined ? undefined : enclosingFunction(node);
    if (code !== undefined && name !== undefined) {
      const helper = `${basename(node.getSourceFile().fileName)} ${name}`;
      found.set(helper, (found.get(helper) ?? new Set()).add(code));
    }
    ts.forEachChild(node, visit);
  };
  files.forEach(visit);
  return new Map([...found].flatMap(([name, [code = '', ...more]]) => (more.length === 0 ? [[name, code]] : [])));
}

function helperCode(name: string, source: ts.SourceFile, helpers: Helpers): string | undefined {
  const imported = source.statements
    .filter(ts.isImportDeclaration)
    .find(({ importClause }) => new RegExp(`\\b${name}\\b`).test(importClause?.getText() ?? ''))?.moduleSpecifier;
  const file = imported !== undefined && ts.isStringLiteral(imported) ? imported.text : source.fileName;
  return helpers.get(`${basename(file)} ${name}`);
}

function enclosingFunction(node: ts.Node): string | undefined {
  const at = ts.findAncestor(node, ts.isFunctionLike);
  if (at === undefined) return undefined;
  const { name } = ts.isArrowFunction(at) && ts.isVariableDeclaration(at.parent) ? at.parent : at;
  return name !== undefined && ts.isIdentifier(name) ? name.text : undefined;
}

function textsOf(source: ts.SourceFile, helpers: Helpers): Texts {
  const texts: Texts = new Map();
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) {
      const code = codeOf(node, helpers);
      texts.set(code, (texts.get(code) ?? new Set()).add(text));
    }
    if (!ts.isImportDeclaration(node) && !ts.isTypeNode(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return texts;
}

/** The text of a literal that reads as words, on one line. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isTaggedTemplateExpression(node.parent)) return undefined;
  const text = ts.isTemplateExpression(node)
    ? node.head.text + node.templateSpans.map((span) => slot(span.expression) + span.literal.text).join('')
    : ts.isStringLiteralLike(node) || ts.isJsxText(node)
      ? node.text
      : '';
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ⏎ ');
  return /\p{L}{2}[,;:]? \p{L}{2}/u.test(line.replaceAll(/‹[^›]*›/g, '')) ? line : undefined;
}

function slot(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return `‹${node.text}›`;
  if (ts.isPropertyAccessExpression(node)) return `‹${node.name.text}›`;
  if (ts.isCallExpression(node) && node.arguments[0] !== undefined) return slot(node.arguments[0]);
  return '‹…›';
}

/** The code of the nearest error, helper or row of a table around a text. */
function codeOf(text: ts.Node, helpers: Helpers): string {
  for (let node = text.parent; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isNewExpression(node)) {
      const code = errorCode(node);
      if (code !== undefined) return code;
    }
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const code = helperCode(node.expression.text, node.getSourceFile(), helpers);
      if (code !== undefined) return code;
    }
    if (ts.isObjectLiteralExpression(node)) {
      const code = rowCode(node);
      if (code !== undefined) return code;
    }
  }
  return '';
}

function rowCode({ properties, parent }: ts.ObjectLiteralExpression): string | undefined {
  const members = new Map(properties.map((member) => [member.name?.getText(), member]));
  const code = members.get('code');
  if (code !== undefined && ts.isPropertyAssignment(code) && ts.isStringLiteral(code.initializer))
    return code.initializer.text;
  return members.has('meaning') && ts.isPropertyAssignment(parent) && ts.isIdentifier(parent.name)
    ? parent.name.text
    : undefined;
}

/** The code that an error is made with, or its class if that implies one. */
function errorCode({ expression, arguments: given }: ts.NewExpression): string | undefined {
  const name = expression.getText();
  if (!name.endsWith('Error')) return undefined;
  if (name === 'UsageError') return 'usage';
  const first = given?.[0];
  return first !== undefined && ts.isStringLiteral(first) && /^[a-z]+(_[a-z]+)*$/.test(first.text) ? first.text : name;
}
