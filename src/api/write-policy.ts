import type { Operation } from './operation.ts';

/** Whether dashboard sessions may call an operation. */
export type PolicyState = 'on' | 'off';

/** One rule of an organization's dashboard-write policy. A later one that is about an operation wins. */
export interface PolicyRule {
  /** An operation by its id, or all of a category or sensitivity, as `category:secrets`. */
  readonly what: string;
  readonly state: PolicyState;
}

type Governed = Pick<Operation, 'category' | 'sensitivity' | 'policyGoverned' | 'offWith'>;

/** What the policy has to know of each operation, by its id. */
export type Registry = Readonly<Record<string, Governed>>;

/** Whether dashboard sessions may call the operation, and the rule that says so; none where it is on by default. */
export function policyStateOf<Rule extends PolicyRule>(
  registry: Registry,
  rules: readonly Rule[],
  id: string,
): { readonly state: PolicyState; readonly rule: Rule | undefined } {
  const operation = registry[id];
  if (operation === undefined || !operation.policyGoverned) return { state: 'on', rule: undefined };
  const rule = rules.findLast(({ what }) => isAbout(what, id, operation));
  if (rule?.state !== 'off' && operation.offWith !== undefined) {
    const other = policyStateOf(registry, rules, operation.offWith);
    if (other.state === 'off') return other;
  }
  return { state: rule?.state ?? 'on', rule };
}

/** The rules with one more, which counts for all that it is about. */
export function withRule<Rule extends PolicyRule>(
  registry: Registry,
  rules: readonly Rule[],
  added: Rule,
): readonly Rule[] {
  const kept = rules.filter(({ what }) => {
    const operation = registry[what];
    return what !== added.what && !(operation !== undefined && isAbout(added.what, what, operation));
  });
  return [...kept, added];
}

/** Everything that a rule can be about. */
export function policySubjects(registry: Registry): readonly string[] {
  const governed = Object.entries(registry).filter(([, { policyGoverned }]) => policyGoverned);
  return [
    ...governed.map(([id]) => id),
    ...new Set(governed.map(([, { category }]) => `category:${category}`)),
    ...new Set(governed.map(([, { sensitivity }]) => `sensitivity:${sensitivity}`)),
  ];
}

function isAbout(what: string, id: string, { category, sensitivity }: Governed): boolean {
  return what === id || what === `category:${category}` || what === `sensitivity:${sensitivity}`;
}
