import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../api/api-error.ts';
import { rolePermissions, type Role } from '../../api/roles.ts';
import type { Caller, TokenCaller } from '../caller.ts';
import { holdsBinding, parseNarrowing } from '../narrowing.ts';
import { isNarrowed } from '../reach.ts';
import { rfc3339 } from '../time.ts';
import type { AgentFacts } from './agent-facts.ts';

/** The rights of a token, for issuing, revoking and comparing. `../reach.ts` decides what a call may reach. */
export interface Reach {
  /** Null: every organization. */
  readonly organization: string | null;
  readonly role: Role;
  readonly scopes?: readonly string[] | undefined;
  readonly environments?: readonly string[] | undefined;
}

export const mostReach: Reach = { organization: null, role: 'owner' };

/** The settings of a new token. */
export interface TokenGrant extends Reach {
  readonly agent?: AgentFacts | undefined;
  /** Unix time in milliseconds; default: never. */
  readonly expiresAt: number | undefined;
}

/**
 * Refuses to issue a token with more rights than the caller's.
 * @throws ApiError `permission_denied`
 */
export function requireIssuable(caller: Caller, grant: TokenGrant): void {
  const own = requireToken(caller);
  refuse(excessOf(own, grant) ?? unnamedAxis(own, grant) ?? otherFacts(own, grant), 'issue');
  requireNoLonger(own, grant.expiresAt);
}

/**
 * Refuses to revoke a token with more rights than the caller's.
 * @throws ApiError `permission_denied`
 */
export function requireRevocable(caller: Caller, other: Reach): void {
  refuse(excessOf(requireToken(caller), other), 'revoke');
}

/** Whether the token has more rights than the caller's, and so is hidden from a narrowed caller. */
export function exceeds(caller: Caller, other: Reach): boolean {
  return excessOf(requireToken(caller), other) !== undefined;
}

function requireToken(caller: Caller): TokenCaller {
  if (caller.kind !== 'token') throw new ApiError('permission_denied', 'a job cannot manage tokens');
  return caller;
}

function refuse(reason: string | undefined, verb: 'issue' | 'revoke'): void {
  if (reason !== undefined) throw new ApiError('permission_denied', `this token may not ${verb} ${reason}`);
}

/** How the other token exceeds the caller's; completes "may not issue …". */
function excessOf(own: TokenCaller, other: Reach): string | undefined {
  const held = rolePermissions[own.role];
  if (!rolePermissions[other.role].every((permission) => held.includes(permission)))
    return `a token of the role ${other.role}, which may do more than it`;
  if (other.organization === null && own.organization !== undefined) return 'a token of every organization';
  if (own.scopes !== undefined && !(other.scopes?.every((scope) => holdsScopes(own.scopes, scope)) ?? false))
    return `a token that reaches beyond its own scopes: ${own.scopes.join(', ')}`;
  if (
    own.environments !== undefined &&
    !(other.environments?.every((name) => own.environments?.includes(name)) ?? false)
  )
    return `a token that reaches beyond its own environments: ${own.environments.join(', ')}`;
  return undefined;
}

function holdsScopes(narrowing: TokenCaller['scopes'], text: string): boolean {
  const parsed = parseNarrowing(text);
  return parsed.ok && holdsBinding(narrowing, parsed.value.binding);
}

/** A narrowed token reaches nothing on an axis that it does not name; a token that names it would. */
function unnamedAxis(own: TokenCaller, { scopes, environments }: Reach): string | undefined {
  if (!isNarrowed(own)) return undefined;
  if (own.scopes === undefined && scopes !== undefined)
    return 'a token that is narrowed to scopes, since it names none itself';
  if (own.environments === undefined && environments !== undefined)
    return 'a token that is narrowed to environments, since it names none itself';
  return undefined;
}

/** Bindings with placeholders, or for certain hosts, show other secrets to an agent with other facts. */
function otherFacts(own: TokenCaller, { agent }: TokenGrant): string | undefined {
  if (own.agent === undefined && !isNarrowed(own)) return undefined;
  return isDeepStrictEqual(own.agent, agent)
    ? undefined
    : `a token of another agent's id, host and labels than its own${own.agent === undefined ? ', which has none' : ''}`;
}

/** A token that expires cannot issue one that lasts longer. */
function requireNoLonger({ expiresAt: own }: TokenCaller, expiresAt: number | undefined): void {
  if (own === undefined || (expiresAt !== undefined && expiresAt <= own)) return;
  throw new ApiError(
    'permission_denied',
    `this token expires at ${rfc3339(own)}, and may issue only tokens that expire no later`,
    'give a shorter lifetime',
  );
}
