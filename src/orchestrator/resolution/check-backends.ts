import { describeFailure, hintOf, whyOf } from '@kici-dev/secret-backend';
import { keysOfBlocks, type Entry, type HostHealth, type UnavailablePart } from '@kici-dev/secret-federation';
import type { Instance } from '../backends/instances.ts';
import type { OperationOutput } from '../handlers.ts';
import { reachesBackend, type Narrowing } from '../narrowing.ts';
import { rfc3339 } from '../time.ts';
import type { ResolvedEnvironment } from './environment.ts';

type Problem = OperationOutput<'resolution.check'>['problems'][number];

/** Reports each cause once, with the keys that it takes away. */
export function partProblem(
  { catalogue, instances }: ResolvedEnvironment,
  part: UnavailablePart,
  entries: readonly Entry[],
): Problem {
  const { backend, scopes, code, told, blocks } = part;
  const optional = instances.get(backend)?.optional === true;
  const keys = [
    ...entries.filter((entry) => isTakenBy(entry, part)).map(({ key }) => key),
    ...[...keysOfBlocks(catalogue)].filter(([, block]) => blocks.includes(block)).map(([key]) => key),
  ].toSorted();
  const subject = scopes.length === 0 ? backend : scopes.map((scope) => `${backend}:${scope}`).join(', ');
  const shared = { subject, keys, code, ...whyOf(part) };
  if (told) {
    return {
      ...shared,
      kind: 'scope_unavailable',
      severity: keys.length === 0 ? 'warning' : 'error',
      message: `the service says: ${describeFailure(part)}; nobody can tell which keys it held${taken(keys)}`,
      hint: `${hintOf(part)}; a binding with \`--skip-deleted\` counts what is deleted as absent`,
    };
  }
  const effect = optional ? `keys that it could supply are unavailable${taken(keys)}` : 'no job can start';
  if (!instances.has(backend)) {
    return {
      ...shared,
      kind: 'backend_failed',
      severity: 'error',
      message: `bindings name the backend ${backend}, which does not exist; ${effect}`,
      hint: `add it with \`kici-admin backend add ${backend}\`, or remove the bindings`,
    };
  }
  return {
    ...shared,
    kind: 'backend_failed',
    severity: optional && keys.length === 0 ? 'warning' : 'error',
    message: `the names of ${subject} cannot be listed: ${describeFailure(part)}${since(instances.get(backend))}; ${effect}`,
    hint: hintOf(part),
  };
}

export function isTakenBy(entry: Entry, { backend, scopes, code, told, blocks }: UnavailablePart): boolean {
  if (entry.blockedBy !== undefined) return blocks.includes(entry.blockedBy);
  const { winner } = entry;
  return told && winner.problem === code && winner.backend === backend && scopes.includes(winner.scope);
}

const mostKeysTold = 10;

function taken(keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const shown = keys.slice(0, mostKeysTold).join(', ');
  const rest = keys.length > mostKeysTold ? ` and ${keys.length - mostKeysTold} more` : '';
  return `: it takes ${shown}${rest}`;
}

function healthOf(instance: Instance | undefined): HostHealth | undefined {
  return instance !== undefined && 'open' in instance.state ? instance.state.open.health() : undefined;
}

/** Since when an open breaker has kept the backend from being queried, and its last failure. */
function since(instance: Instance | undefined): string {
  const { breaker = 'closed', openedAt, lastFailure } = healthOf(instance) ?? {};
  if (breaker === 'closed' || openedAt === undefined) return '';
  const last = lastFailure === undefined ? '' : `, and last failed with ${lastFailure.code}`;
  return `; calls to it have been paused since ${rfc3339(openedAt)}${last}`;
}

const unsteadyMs = 60_000;

/** Backends that answered just now but failed shortly before. */
export function unsteady({ listings, instances }: ResolvedEnvironment, narrowing: Narrowing, now: number): Problem[] {
  const answered = new Set(listings.filter(({ failure }) => failure === undefined).map(({ backend }) => backend));
  return [...answered].flatMap((backend) => {
    if (!reachesBackend(narrowing, backend)) return [];
    const last = healthOf(instances.get(backend))?.lastFailure;
    if (last === undefined || now - last.at > unsteadyMs) return [];
    return [
      {
        kind: 'backend_unsteady',
        severity: 'warning',
        subject: backend,
        message: `it answers now, but failed at ${rfc3339(last.at)}: ${describeFailure(last)}`,
        hint: hintOf(last),
        code: last.code,
        ...whyOf(last),
      },
    ];
  });
}
