import type { AnyNode, MemberExpression, Property, AssignmentProperty } from 'acorn';

/** A function in any notation. */
export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;

/** The child nodes of any node, since acorn does not say which properties hold them. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

/** The text that a node always evaluates to. */
export function literalOf(node: AnyNode | undefined): string | undefined {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0
    ? (node.quasis[0]?.value.cooked ?? undefined)
    : undefined;
}

/** The name in `a.b`, `a['b']` or a member of `{ b: … }`; none if it is computed. */
export function propertyName(node: MemberExpression | Property | AssignmentProperty): string | undefined {
  const name = node.type === 'MemberExpression' ? node.property : node.key;
  return !node.computed && name.type === 'Identifier' ? name.name : literalOf(name);
}

export function fieldOf(node: AnyNode | undefined, wanted: string): AnyNode | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  for (const one of node.properties) if (one.type === 'Property' && propertyName(one) === wanted) return one.value;
  return undefined;
}
