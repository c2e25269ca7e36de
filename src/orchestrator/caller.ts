import type { CallContext } from '@kici-dev/secret-backend';
import { ApiError } from '../api/errors.ts';
import { rolePermissions, type Permission, type Role } from '../api/roles.ts';
import type { AgentFacts } from './tokens/agent-facts.ts';

/** Who calls: a token of a person or program, or the token of one job. */
export type Caller = TokenCaller | JobCaller;

export interface TokenCaller {
  readonly kind: 'token';
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** `undefined`: every organisation. */
  readonly organization: string | undefined;
  /** Left out: every scope, every environment. */
  readonly scopes?: readonly string[];
  readonly environments?: readonly string[];
  readonly agent?: AgentFacts;
  /** Unix time in milliseconds; left out: never. */
  readonly expiresAt?: number;
}

export interface JobCaller {
  readonly kind: 'job';
  readonly jobId: string;
}

/** One authenticated request. */
export interface Call {
  readonly caller: Caller;
  readonly organization: string;
  /** The organisation's generation as of this request. */
  readonly generation: number;
  readonly requestId: string;
  readonly context: CallContext;
  /** Adds names to the audit row of a read. */
  note(fields: Readonly<Record<string, unknown>>): void;
}

export function actorOf(caller: Caller): string {
  return caller.kind === 'job' ? `job:${caller.jobId}` : `token:${caller.id}:${caller.name}`;
}

/** What reaches beyond any scope and environment: backends and organisations as such, and the log that names all of them. */
const organizationWide: readonly Permission[] = [
  'organizations:manage',
  'backends:write',
  'audit:read',
  'audit:acknowledge',
];

/** @throws ApiError `permission_denied` */
export function requirePermission(caller: Caller, permission: Permission): void {
  const held =
    caller.kind === 'job' ? permission === 'jobs:session' : rolePermissions[caller.role].includes(permission);
  if (!held) throw new ApiError('permission_denied', `this token may not do this: it lacks ${permission}`);
  if (
    caller.kind === 'token' &&
    organizationWide.includes(permission) &&
    (caller.scopes !== undefined || caller.environments !== undefined)
  ) {
    throw new ApiError(
      'permission_denied',
      `this token is narrowed, and ${permission} reaches beyond any scope and environment`,
    );
  }
}

/** @throws ApiError `permission_denied` when the token is narrowed to other environments */
export function requireEnvironment(caller: Caller, environment: string): void {
  if (caller.kind === 'token' && caller.environments !== undefined && !caller.environments.includes(environment)) {
    throw new ApiError('permission_denied', `this token is narrowed to other environments than ${environment}`);
  }
}
