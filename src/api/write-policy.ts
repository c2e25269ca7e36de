import type { Operation } from './operation.ts';

export type PolicyState = 'on' | 'off';

/** One rule of an organization's dashboard-write policy. The last one that covers an operation wins. */
export interface PolicyRule {
  /** An operation's id, or a whole category or sensitivity, such as `category:secrets`. */
  readonly what: string;
  readonly state: PolicyState;
}

type Governed = Pick<Operation, 'category' | 'sensitivity' | 'policyGoverned' | 'offWith'>;

/** What the policy needs to know about each operation, by id. */
export type Registry = Readonly<Record<string, Governed>>;

/** Whether dashboard sessions may call the operation, and the rule that decides; none if it is on by default. */
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

/** The rules with one more, which overrides earlier ones for all that it covers. */
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

/** Everything that a rule can cover. */
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
