import type { AnyNode, CallExpression, Pattern, Program } from 'acorn';
import { childrenOf, fieldOf, isFunction, literalOf, propertyName, type FunctionNode } from './syntax-tree.ts';

/** A place where a workflow's code names a key. */
export interface KeyUse {
  /** `undefined`: the key is computed at run time. */
  readonly key: string | undefined;
  /** `has` and `getMeta` ask whether it exists; `secrets` is the list that a job states. */
  readonly call: KeyCall | 'secrets';
  readonly line: number;
  readonly column: number;
  /** The surrounding job's name; `undefined` if there is none, or its name is computed. */
  readonly job: string | undefined;
  /** The outermost surrounding function. */
  readonly within: AnyNode | undefined;
}

const keyCalls = ['get', 'expose', 'has', 'getMeta', 'mountFile', 'exposeFile'] as const;
type KeyCall = (typeof keyCalls)[number];

/** What a name stands for: a step's context, its secrets, or one of their methods. */
type Meaning = 'context' | 'secrets' | KeyCall;

interface Scope {
  readonly names: Map<string, Meaning>;
  readonly job: string | undefined;
  readonly within: AnyNode | undefined;
}

/**
 * Every place in a module that asks for a step's secrets, as far as can be known without running it.
 * @param typescript the text before its types became blanks: only a parameter's type says what it is
 */
export function findUses(program: Program, typescript: string): readonly KeyUse[] {
  return new Finder(typescript, sdkNames(program)).all(program);
}

/** The module's names for `job` and `step` of the SDK; `*` is the whole namespace. */
function sdkNames(program: Program): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration' || node.source.value !== '@kici-dev/sdk') continue;
    for (const one of node.specifiers)
      if (one.type === 'ImportSpecifier' && one.imported.type === 'Identifier')
        names.set(one.local.name, one.imported.name);
      else if (one.type === 'ImportNamespaceSpecifier') names.set(one.local.name, '*');
  }
  return names;
}

class Finder {
  readonly #typescript: string;
  readonly #sdk: ReadonlyMap<string, string>;
  readonly #found: KeyUse[] = [];

  constructor(typescript: string, sdk: ReadonlyMap<string, string>) {
    this.#typescript = typescript;
    this.#sdk = sdk;
  }

  all(program: Program): readonly KeyUse[] {
    this.#visit(program, { names: new Map(), job: undefined, within: undefined });
    return this.#found;
  }

  #visit(node: AnyNode, scope: Scope): void {
    if (isFunction(node)) this.#enter(node, scope, false);
    else if (node.type === 'CallExpression') this.#call(node, scope);
    else {
      for (const child of childrenOf(node)) this.#visit(child, scope);
      if (node.type === 'VariableDeclarator')
        this.#bind(node.id, node.init ? meaningOf(node.init, scope) : undefined, scope);
    }
  }

  #call(node: CallExpression, scope: Scope): void {
    const name = this.#sdkName(node.callee);
    const method = methodOf(node, scope);
    if (method !== undefined) this.#keys(node, method, scope);
    let inner = scope;
    if (name === 'job') {
      inner = { ...scope, job: literalOf(node.arguments[0]) };
      this.#list(fieldOf(node.arguments[1], 'secrets'), 'secrets', inner);
    }
    const last = name === 'step' ? node.arguments.at(-1) : undefined;
    for (const child of childrenOf(node))
      if (child === last && isFunction(child)) this.#enter(child, inner, true);
      else this.#visit(child, inner);
  }

  #sdkName(callee: AnyNode): string | undefined {
    if (callee.type === 'Identifier') return this.#sdk.get(callee.name);
    const isWhole =
      callee.type === 'MemberExpression' &&
      callee.object.type === 'Identifier' &&
      this.#sdk.get(callee.object.name) === '*';
    return isWhole ? propertyName(callee) : undefined;
  }

  /** @param isStep its first parameter is a context, whatever its type says */
  #enter(node: FunctionNode, { names, job, within }: Scope, isStep: boolean): void {
    const scope: Scope = { names: new Map(names), job, within: within ?? node };
    for (const [index, parameter] of node.params.entries())
      this.#bind(parameter, isStep && index === 0 ? 'context' : this.#typed(parameter), scope);
    const parameters = new Set<AnyNode>(node.params);
    for (const child of childrenOf(node)) if (!parameters.has(child)) this.#visit(child, scope);
  }

  #typed(parameter: Pattern): Meaning | undefined {
    const type = /^\s*\??\s*:\s*(?:Pick<\s*)?(?:\w+\.)?(StepContext|StepSecrets)\b/.exec(
      this.#typescript.slice(parameter.end, parameter.end + 200),
    )?.[1];
    return type === 'StepContext' ? 'context' : type === 'StepSecrets' ? 'secrets' : undefined;
  }

  /** A name that is bound again loses its old meaning. */
  #bind(pattern: Pattern, meaning: Meaning | undefined, scope: Scope): void {
    if (pattern.type === 'Identifier') {
      if (meaning === undefined) scope.names.delete(pattern.name);
      else scope.names.set(pattern.name, meaning);
    } else if (pattern.type === 'AssignmentPattern') this.#bind(pattern.left, meaning, scope);
    else if (pattern.type === 'ObjectPattern')
      for (const property of pattern.properties)
        if (property.type === 'Property') this.#bind(property.value, partOf(meaning, propertyName(property)), scope);
  }

  #keys(node: CallExpression, call: KeyCall, scope: Scope): void {
    const [first, second] = node.arguments;
    if (call === 'mountFile' || call === 'exposeFile')
      this.#list(fieldOf(call === 'mountFile' ? first : second, 'sources') ?? node, call, scope);
    else this.#use(first ?? node, call, scope);
  }

  #list(node: AnyNode | undefined, call: KeyUse['call'], scope: Scope): void {
    if (node?.type === 'ArrayExpression') {
      for (const element of node.elements) if (element !== null) this.#use(element, call, scope);
    } else if (node !== undefined) this.#use(node, call, scope);
  }

  #use(node: AnyNode, call: KeyUse['call'], { job, within }: Scope): void {
    const { line, column } = node.loc?.start ?? { line: 0, column: 0 };
    this.#found.push({ key: literalOf(node), call, line, column: column + 1, job, within });
  }
}

function meaningOf(node: AnyNode, scope: Scope): Meaning | undefined {
  if (node.type === 'ChainExpression') return meaningOf(node.expression, scope);
  if (node.type === 'Identifier') return scope.names.get(node.name);
  if (node.type !== 'MemberExpression') return undefined;
  return partOf(meaningOf(node.object, scope), propertyName(node));
}

function methodOf({ callee }: CallExpression, scope: Scope): KeyCall | undefined {
  const meaning = meaningOf(callee, scope);
  return meaning === 'context' || meaning === 'secrets' ? undefined : meaning;
}

function partOf(meaning: Meaning | undefined, name: string | undefined): Meaning | undefined {
  if (meaning === 'context') return name === 'secrets' ? 'secrets' : undefined;
  return meaning === 'secrets' ? keyCalls.find((call) => call === name) : undefined;
}
