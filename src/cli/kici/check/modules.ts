import { parse, type Program } from 'acorn';
import { dirname, resolve, sep } from 'node:path';
import { stripFile } from '../../../agent/modules/strip-types.ts';
import { findUses, type KeyUse } from './uses.ts';

export interface ReadModule {
  /** Absolute. */
  readonly file: string;
  readonly uses: readonly KeyUse[];
}

/** A workflow's file and the project modules that it imports. Files that cannot be parsed are in `unread`. */
export function readModules(
  file: string,
  root: string,
): { readonly modules: readonly ReadModule[]; readonly unread: readonly string[] } {
  const modules: ReadModule[] = [];
  const unread: string[] = [];
  const files = new Set([file]);
  // Iterating over a set includes what is added on the way.
  for (const one of files) {
    const parsed = parseFile(one);
    if (parsed === undefined) {
      unread.push(one);
      continue;
    }
    modules.push({ file: one, uses: findUses(parsed.program, parsed.typescript) });
    for (const specifier of importsOf(parsed.program)) {
      const target = resolve(dirname(one), specifier);
      if (/^\.{1,2}\/.*\.[cm]?[jt]s$/.test(specifier) && target.startsWith(root + sep)) files.add(target);
    }
  }
  return { modules, unread };
}

function parseFile(file: string): { readonly program: Program; readonly typescript: string } | undefined {
  const stripped = stripFile(file);
  if (stripped === undefined) return undefined;
  try {
    const program = parse(stripped.javascript, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
    return { program, typescript: stripped.typescript };
  } catch {
    return undefined;
  }
}

function importsOf(program: Program): readonly string[] {
  return program.body.flatMap((node) => {
    const isImport =
      node.type === 'ImportDeclaration' ||
      node.type === 'ExportAllDeclaration' ||
      node.type === 'ExportNamedDeclaration';
    const source = isImport ? node.source?.value : undefined;
    return typeof source === 'string' ? [source] : [];
  });
}
