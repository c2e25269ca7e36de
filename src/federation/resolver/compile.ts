import { parseScopePath } from '@kici-dev/secret-backend';
import { everyBackend, everyHost, placeholder, type Binding } from './binding.ts';
import { compileSegment, wildcard } from './glob.ts';
import { parseScopePattern, type ScopePattern } from './scope-pattern.ts';

/** What the operator states about the agent that a job runs on; never what an agent says about itself. */
export interface JobFacts {
  readonly agentId?: string | undefined;
  readonly host?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A binding that applies to a job, with its placeholders filled in. */
export interface CompiledBinding {
  readonly binding: Binding;
  readonly pattern: ScopePattern;
  /** 2 exact, 1 glob, 0 every host. */
  readonly hostRank: number;
  /** Infinite for an exact scope, otherwise the length of the literal prefix. */
  readonly patternRank: number;
}

/** A binding that contributes nothing to a job, and why. */
export interface IdleBinding {
  readonly binding: Binding;
  readonly reason: string;
}

export interface CompiledBindings {
  readonly active: readonly CompiledBinding[];
  readonly idle: readonly IdleBinding[];
}

export function compileBindings(bindings: readonly Binding[], facts: JobFacts = {}): CompiledBindings {
  const active: CompiledBinding[] = [];
  const idle: IdleBinding[] = [];
  for (const binding of bindings) {
    const compiled = compileBinding(binding, facts);
    if (typeof compiled === 'string') idle.push({ binding, reason: compiled });
    else active.push(compiled);
  }
  return { active, idle };
}

function compileBinding(binding: Binding, facts: JobFacts): CompiledBinding | string {
  const hostRank = binding.host === everyHost ? 0 : wildcard.test(binding.host) ? 1 : 2;
  if (hostRank > 0 && (facts.host === undefined || compileSegment(binding.host)?.(facts.host) !== true)) {
    return `the agent's host does not match ${binding.host}`;
  }
  let missing: string | undefined;
  const text = binding.pattern.replace(placeholder, (_, name: string) => {
    const fact = factOf(name, facts);
    if (fact === undefined) missing ??= name;
    return fact ?? '';
  });
  if (missing !== undefined) return `the fact ${missing} is missing or is not one plain segment`;
  const pattern = parseScopePattern(text);
  if (!pattern.ok) return pattern.reason;
  const patternRank = pattern.value.kind === 'exact' ? Number.POSITIVE_INFINITY : pattern.value.literalLength;
  return { binding, pattern: pattern.value, hostRank, patternRank };
}

/** A fact is inserted only as one literal segment: it cannot add a slash, a wildcard or a "..". */
function factOf(name: string, facts: JobFacts): string | undefined {
  const labels = facts.labels ?? {};
  const label = name.slice('label:'.length);
  const fact =
    name === 'agentId'
      ? facts.agentId
      : name === 'host'
        ? facts.host
        : Object.hasOwn(labels, label)
          ? labels[label]
          : undefined;
  return fact !== undefined && !fact.includes('/') && parseScopePath(fact).ok ? fact : undefined;
}

export function selectsBackend(binding: Binding, backend: string): boolean {
  return binding.backend === everyBackend || binding.backend === backend;
}
