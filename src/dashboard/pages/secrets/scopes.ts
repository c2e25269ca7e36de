/** A scope with its backend, as the command line writes it. */
export function fullScope(scope: string): string {
  return scope.includes(':') ? scope : `internal:${scope}`;
}

export function backendOf(scope: string): string {
  return fullScope(scope).split(':', 1)[0] ?? '';
}

export function pathOf(scope: string): string {
  return fullScope(scope).slice(backendOf(scope).length + 1);
}

/** A folder of scopes; itself a scope if `scope` is set. */
export interface ScopeNode {
  readonly name: string;
  readonly scope: string | undefined;
  readonly children: readonly ScopeNode[];
}

/** Scopes as a tree of their segments. */
export function treeOf(backend: string, scopes: readonly string[]): readonly ScopeNode[] {
  return level(
    `${backend}:`,
    scopes.map((scope) => pathOf(scope).split('/')),
  );
}

function level(prefix: string, paths: readonly (readonly string[])[]): readonly ScopeNode[] {
  const bySegment = Map.groupBy(
    paths.filter((path) => path.length > 0),
    ([first]) => first ?? '',
  );
  return [...bySegment]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, own]) =>
      joined({
        name,
        scope: own.some((path) => path.length === 1) ? `${prefix}${name}` : undefined,
        children: level(
          `${prefix}${name}/`,
          own.map((path) => path.slice(1)),
        ),
      }),
    );
}

/** A folder that holds one folder alone is a step that nobody needs. */
function joined(node: ScopeNode): ScopeNode {
  const [only, ...others] = node.children;
  if (node.scope !== undefined || only === undefined || others.length > 0 || only.children.length === 0) return node;
  return only.scope === undefined ? { ...only, name: `${node.name}/${only.name}` } : node;
}
