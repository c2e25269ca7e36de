import { createRequire } from 'node:module';
import type * as TypeScript from 'typescript-5.9';

// TypeScript 7 has no programming interface yet.
const typescript: typeof TypeScript = createRequire(import.meta.url)('typescript-5.9');

/**
 * A package's exports according to its declarations: one entry per name, sorted. Any change of it affects the package's
 * users.
 * @param entries the declarations of its entry points, by import name
 * @param paths where our other packages are, in TypeScript's notation
 */
export function apiReport(
  entries: Readonly<Record<string, string>>,
  paths: Readonly<Record<string, readonly string[]>>,
): string {
  const { ModuleKind, ModuleResolutionKind, ScriptTarget } = typescript;
  const program = typescript.createProgram(Object.values(entries), {
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.Bundler,
    target: ScriptTarget.ESNext,
    types: [],
    paths: Object.fromEntries(Object.entries(paths).map(([name, files]) => [name, [...files]])),
  });
  const checker = program.getTypeChecker();
  const sections = Object.entries(entries).map(([name, file]) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} is no module`);
    const exported = checker.getExportsOfModule(module).map((symbol) => declarationOf(symbol, checker));
    return `## ${name}\n\n\`\`\`ts\n${exported.toSorted().join('\n\n')}\n\`\`\`\n`;
  });
  return sections.join('\n');
}

/** Begins with the name, so that entries sort by it. */
function declarationOf(symbol: TypeScript.Symbol, checker: TypeScript.TypeChecker): string {
  const { SymbolFlags } = typescript;
  const target = (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  const printer = typescript.createPrinter({ removeComments: true, omitTrailingSemicolon: false });
  const texts = (target.declarations ?? []).map((declaration) => {
    const node = typescript.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer.printNode(typescript.EmitHint.Unspecified, node, declaration.getSourceFile());
  });
  if (texts.length === 0) throw new Error(`nothing declares ${symbol.name}`);
  const text = texts.join('\n').replace(/^(?:export |declare )+/gm, '');
  return `// ${symbol.name}\n${text}`;
}
