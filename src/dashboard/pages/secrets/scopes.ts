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

/** A folder that holds more comes without its scopes. */
export const smallFolder = 20;

/** A folder of scopes; itself a scope if `scope` is set. */
export interface ScopeNode {
  readonly name: string;
  readonly scope: string | undefined;
  readonly children: readonly ScopeNode[];
  /** Set where the scopes below are not among the children: they are too many to come unasked. */
  readonly large?: LargeFolder;
}

interface LargeFolder {
  /** Its path in the backend. */
  readonly folder: string;
  /** How many there are below. */
  readonly scopes: number;
}

interface ScopesBelow {
  readonly backend: string;
  /** A path in the backend; default: everything. */
  readonly folder?: string | undefined;
  readonly scopes: readonly string[];
  /** Directly below. */
  readonly folders?: readonly LargeFolder[];
}

/** What lies below a folder as a tree of segments. */
export function treeOf({ backend, folder, scopes, folders = [] }: ScopesBelow): readonly ScopeNode[] {
  const start = folder === undefined ? '' : `${folder}/`;
  const nodes = level(
    `${backend}:${start}`,
    scopes.map((scope) => pathOf(scope).slice(start.length).split('/')),
  );
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const large of folders) {
    const name = large.folder.slice(start.length);
    byName.set(name, { name, scope: undefined, children: [], ...byName.get(name), large });
  }
  return [...byName.values()].toSorted(byNameOf);
}

function byNameOf(left: ScopeNode, right: ScopeNode): number {
  return left.name < right.name ? -1 : 1;
}

function level(prefix: string, paths: readonly (readonly string[])[]): readonly ScopeNode[] {
  const bySegment = Map.groupBy(
    paths.filter((path) => path.length > 0),
    ([first]) => first ?? '',
  );
  return [...bySegment]
    .map(([name, own]) =>
      joined({
        name,
        scope: own.some((path) => path.length === 1) ? `${prefix}${name}` : undefined,
        children: level(
          `${prefix}${name}/`,
          own.map((path) => path.slice(1)),
        ),
      }),
    )
    .toSorted(byNameOf);
}

/** A folder that holds one folder alone is a step that nobody needs. */
function joined(node: ScopeNode): ScopeNode {
  const [only, ...others] = node.children;
  if (node.scope !== undefined || only === undefined || others.length > 0 || only.children.length === 0) return node;
  return only.scope === undefined ? { ...only, name: `${node.name}/${only.name}` } : node;
}
