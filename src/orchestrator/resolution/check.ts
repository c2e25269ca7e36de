import { describeFailure, hintOf, whyOf } from '@kici-dev/secret-backend';
import { keysOfBlocks, selectsBackend, unavailability, type Entry } from '@kici-dev/secret-federation';
import type { OperationOutput } from '../handlers.ts';
import { allowsScope, showsBinding, type Narrowing } from '../narrowing.ts';
import { isTakenBy, partProblem, unsteady } from './check-backends.ts';
import { sortedEntries } from './entries.ts';
import type { ResolvedEnvironment } from './environment.ts';
import { seenParts } from './unavailable.ts';

type Check = OperationOutput<'resolution.check'>;
type Problem = Check['problems'][number];

/** What would fail for a job that started now, worst first. */
export function check(
  environment: string,
  resolved: ResolvedEnvironment,
  variables: readonly string[],
  narrowing: Narrowing,
  now: number,
): Check {
  const entries = sortedEntries(resolved.catalogue.entries.values()).filter(({ winner }) =>
    allowsScope(narrowing, winner.backend, winner.scope),
  );
  const parts = seenParts(resolved, narrowing);
  const problems = [
    ...parts.map((part) => partProblem(resolved, part, entries)),
    ...unsteady(resolved, narrowing, now),
    ...entries
      .filter((entry) => !parts.some((part) => isTakenBy(entry, part)))
      .flatMap((entry) => keyProblems(entry, narrowing)),
    ...takenVariables(environment, entries, variables),
    ...unbindable(resolved, narrowing),
    ...(narrowing === undefined ? unnameable(resolved) : []),
    ...lagging(resolved, narrowing),
    ...emptyBindings(environment, resolved, narrowing),
  ];
  return {
    keys: entries.length + keysOfBlocks(resolved.catalogue).size,
    problems: [
      ...problems.filter(({ severity }) => severity === 'error'),
      ...problems.filter(({ severity }) => severity === 'warning'),
    ],
  };
}

function keyProblems(entry: Entry, narrowing: Narrowing): Problem[] {
  const { key, winner, status } = entry;
  const cause = unavailability(entry);
  if (cause !== undefined) {
    const place = allowsScope(narrowing, cause.backend, cause.scope)
      ? `${cause.backend}:${cause.scope}`
      : 'a place outside the scopes of this token';
    const twins = cause.code === 'ambiguous';
    return [
      {
        kind: twins ? 'twins' : 'key_unavailable',
        // A job that lists its secrets does not meet it; one that asks for it by name does.
        severity: entry.gone ? 'warning' : 'error',
        subject: key,
        message: twins
          ? `two names in ${place} map to the same key ${key}`
          : `${key} is unavailable from ${place}: ${describeFailure(cause)}`,
        hint: hintOf(cause),
        code: cause.code,
        ...whyOf(cause),
      },
    ];
  }
  if (status !== 'declared') return [];
  return [
    {
      kind: 'key_unset',
      severity: 'error',
      subject: key,
      message: `${key} is declared in ${winner.backend}:${winner.scope} and has no value`,
      hint: `set it with \`kici-admin secret set --scope ${winner.backend}:${winner.scope} ${winner.sourceKey}\``,
    },
  ];
}

function takenVariables(environment: string, entries: readonly Entry[], variables: readonly string[]): Problem[] {
  const secrets = new Map(entries.map((entry) => [entry.key, entry.winner]));
  return variables.flatMap((name) => {
    const winner = secrets.get(name);
    return winner === undefined
      ? []
      : [
          {
            kind: 'variable_taken',
            severity: 'error',
            subject: name,
            message: `the variable ${name} of the environment has the name of a secret, which comes from ${winner.backend}:${winner.scope}`,
            hint: `delete it with \`kici-admin variable delete --environment ${environment} ${name}\`, or rename one of the two`,
          },
        ];
  });
}

function unbindable({ catalogue }: ResolvedEnvironment, narrowing: Narrowing): Problem[] {
  return catalogue.unbindable
    .filter(({ backend, scope }) => allowsScope(narrowing, backend, scope))
    .map(({ backend, scope, sourceKey, reason }) => ({
      kind: 'not_bindable',
      severity: 'warning',
      subject: `${backend}:${scope} ${sourceKey}`,
      message: `a binding selects it, but ${reason}`,
      hint: 'give it a key with `--map`, or rename it in the backend',
    }));
}

function unnameable({ listings }: ResolvedEnvironment): Problem[] {
  const names = new Map(
    listings.flatMap(({ backend, unnameable: found }) =>
      found.map(({ name, reason }) => [`${backend} ${name}`, reason] as const),
    ),
  );
  return [...names].map(([subject, reason]) => ({
    kind: 'not_nameable',
    severity: 'warning',
    subject,
    message: `it belongs to no scope: ${reason}`,
    hint: 'rename it in the backend',
  }));
}

function lagging({ catalogue }: ResolvedEnvironment, narrowing: Narrowing): Problem[] {
  return catalogue.laggingGlobs
    .filter(({ compiled }) => showsBinding(narrowing, compiled.binding))
    .map(({ backend, compiled }) => ({
      kind: 'listing_lag',
      severity: 'warning',
      subject: `${backend}:${compiled.binding.pattern}`,
      message: `${backend} lists with a delay: a secret made a moment ago may be missing`,
      hint: 'bind the exact scope, which is asked by name',
    }));
}

/** Bindings that select nothing, although every backend that they name has answered. */
function emptyBindings(
  environment: string,
  { catalogue, bindings, listings }: ResolvedEnvironment,
  narrowing: Narrowing,
): Problem[] {
  const used = new Set(
    [...catalogue.entries.values()].flatMap(({ winner, losers }) => [winner, ...losers].map(({ binding }) => binding)),
  );
  const idle = new Map(catalogue.idle.map(({ binding, reason }) => [binding.id, reason]));
  const silent = listings
    .filter(({ failure, unlisted }) => failure !== undefined || unlisted.length > 0)
    .map(({ backend }) => backend);
  if (bindings.length === 0) {
    return [
      {
        kind: 'binding_empty',
        severity: 'warning',
        subject: environment,
        message: 'the environment binds no scope, so a job has no secrets',
        hint: `bind one with \`kici-admin environment bind ${environment}\``,
      },
    ];
  }
  return bindings
    .filter((binding) => showsBinding(narrowing, binding))
    .filter((binding) => !used.has(binding.id) && !silent.some((backend) => selectsBackend(binding, backend)))
    .map((binding) => ({
      kind: 'binding_empty',
      severity: 'warning',
      subject: `${binding.backend}:${binding.pattern}`,
      message: idle.get(binding.id) ?? 'it selects no secret, or only ones that a better binding selects too',
      hint: `see \`kici-admin environment show ${environment}\` and \`kici-admin secret list --environment ${environment}\``,
    }));
}
