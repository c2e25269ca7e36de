import { internalBackendName, parseScopeId } from '@kici-dev/secret-backend';
import { parseBinding } from '@kici-dev/secret-federation';
import { ApiError } from '../api/api-error.ts';
import type { Operation } from '../api/operation.ts';
import type { Target } from '../api/targets.ts';
import type { Caller } from './caller.ts';
import { allowsScope, holdsBinding, reachesBackend, reachesInto, type Narrowing } from './narrowing.ts';

type Axis = 'scope' | 'environment';

type Refusal =
  /** The token is narrowed, but not on this axis. */
  | { readonly kind: 'unnamed'; readonly axis: Axis }
  | { readonly kind: 'elsewhere'; readonly axis: Axis; readonly target: string };

/**
 * The one place where narrowing is enforced. A narrowed token reaches nothing on an axis that it does not name: binding
 * any scope to its environment would make that scope readable, and binding its scope to any environment would decide
 * there.
 * @throws ApiError `permission_denied`, whether or not the target exists
 */
export function requireReach({ targets, permission }: Operation, input: Record<string, unknown>, caller: Caller): void {
  requireWithinOrganization({ targets, permission }, caller);
  if (targets !== 'organization') requireTargets(caller, targets(input));
}

/**
 * The checks that need no input.
 * @throws ApiError `permission_denied`
 */
export function requireWithinOrganization(
  { targets, permission }: Pick<Operation, 'targets' | 'permission'>,
  caller: Caller,
): void {
  if (targets === 'organization' && isNarrowed(caller))
    throw new ApiError(
      'permission_denied',
      `this token is narrowed, and ${permission} reaches beyond any scope and environment`,
    );
}

/** @throws ApiError `permission_denied` */
export function requireTargets(caller: Caller, targets: readonly Target[]): void {
  const [refusal] = targets.flatMap((target) => refusalOf(caller, target) ?? []);
  if (refusal === undefined) return;
  if (refusal.kind === 'elsewhere')
    throw new ApiError('permission_denied', `this token is narrowed to other ${refusal.axis}s than ${refusal.target}`);
  const other = refusal.axis === 'scope' ? 'environment' : 'scope';
  throw new ApiError(
    'permission_denied',
    `this token is narrowed to ${other}s and names no ${refusal.axis}s, which this needs`,
    `ask an owner of the organization for a token that is narrowed to ${refusal.axis}s too`,
  );
}

export function reaches(caller: Caller, target: Target): boolean {
  return refusalOf(caller, target) === undefined;
}

export function isNarrowed(caller: Caller): boolean {
  return caller.kind === 'token' && (caller.scopes !== undefined || caller.environments !== undefined);
}

function refusalOf(caller: Caller, target: Target): Refusal | undefined {
  if (caller.kind !== 'token' || !isNarrowed(caller)) return undefined;
  const { scopes, environments } = caller;
  if (target.kind === 'view' || target.kind === 'environment') {
    if (environments === undefined)
      return target.kind === 'view' ? undefined : { kind: 'unnamed', axis: 'environment' };
    return environments.includes(target.environment)
      ? undefined
      : { kind: 'elsewhere', axis: 'environment', target: target.environment };
  }
  if (scopes === undefined) return { kind: 'unnamed', axis: 'scope' };
  return holds(scopes, target) ? undefined : { kind: 'elsewhere', axis: 'scope', target: textOf(target) };
}

type ScopeTarget = Exclude<Target, { readonly environment: string }>;

/** An invalid target is never within. */
function holds(scopes: NonNullable<Narrowing>, target: ScopeTarget): boolean {
  switch (target.kind) {
    case 'backend':
      return target.backend === undefined || reachesBackend(scopes, target.backend);
    case 'pattern': {
      const binding = parseBinding({ id: '', scope: target.pattern });
      return binding.ok && holdsBinding(scopes, binding.value);
    }
    case 'scope':
    case 'tree': {
      const id = parseScopeId(target.scope);
      const within = target.kind === 'scope' ? allowsScope : reachesInto;
      return id.ok && within(scopes, id.value.backend, id.value.path);
    }
  }
}

/** As the caller wrote it, with its backend. */
function textOf(target: ScopeTarget): string {
  if (target.kind === 'backend') return `those of ${target.backend ?? 'any backend'}`;
  const text = target.kind === 'pattern' ? target.pattern : target.scope;
  return text.includes(':') ? text : `${internalBackendName}:${text}`;
}
