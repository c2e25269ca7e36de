import type { AnyNode, MemberExpression, Property, AssignmentProperty } from 'acorn';

/** A function, however it is written. */
export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;

/** The nodes right below a node of acorn's tree, which says of none what its parts are. */
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

/** The text that a node stands for, whenever it runs. */
export function literalOf(node: AnyNode | undefined): string | undefined {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0
    ? (node.quasis[0]?.value.cooked ?? undefined)
    : undefined;
}

/** The name that `a.b`, `a['b']` or a member of `{ b: … }` has; none where it is computed. */
export function propertyName(node: MemberExpression | Property | AssignmentProperty): string | undefined {
  const name = node.type === 'MemberExpression' ? node.property : node.key;
  return !node.computed && name.type === 'Identifier' ? name.name : literalOf(name);
}

/** What an object that is written out has under a name. */
export function fieldOf(node: AnyNode | undefined, wanted: string): AnyNode | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  for (const one of node.properties) if (one.type === 'Property' && propertyName(one) === wanted) return one.value;
  return undefined;
}
