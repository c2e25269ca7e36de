import { Refusal } from './refusal.ts';

interface Statement {
  readonly effect: string;
  readonly principals: readonly string[];
  readonly actions: readonly string[];
}

/** Whether a secret's policy allows a principal an operation: an explicit denial wins, and silence denies. */
export function allows(policy: string, principal: string, operation: string): boolean {
  const account = /^arn:aws:iam::([0-9]{12}):/.exec(principal)?.[1] ?? '';
  const names = ['*', principal, account, `arn:aws:iam::${account}:root`];
  const effects = parsePolicy(policy)
    .filter(
      ({ principals, actions }) =>
        principals.some((name) => names.includes(name)) &&
        actions.some((action) => ['*', 'secretsmanager:*', `secretsmanager:${operation}`].includes(action)),
    )
    .map(({ effect }) => effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

export function parsePolicy(text: string): readonly Statement[] {
  const statements = texts(member(parseJson(text), 'Statement'));
  return statements.map((statement) => ({
    effect: String(member(statement, 'Effect')),
    principals: texts(member(member(statement, 'Principal'), 'AWS') ?? member(statement, 'Principal')).map(String),
    actions: texts(member(statement, 'Action')).map(String),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('MalformedPolicyDocumentException', 'This resource policy contains invalid Json.');
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** IAM accepts a single value or a list. */
function texts(value: unknown): readonly unknown[] {
  if (value === undefined)
    throw new Refusal('MalformedPolicyDocumentException', 'This resource policy lacks an element.');
  return Array.isArray(value) ? value : [value];
}
