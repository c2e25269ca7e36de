import type { CallContext } from '@kici-dev/secret-backend';
import type { Progress } from '../api/answer-lines.ts';
import { ApiError } from '../api/api-error.ts';
import { rolePermissions, type Permission, type Role } from '../api/roles.ts';
import type { AgentFacts } from './tokens/agent-facts.ts';
import type { Turn } from './turn.ts';

/** Who calls: the token of a person or program, or the token of one job. */
export type Caller = TokenCaller | JobCaller;

export interface TokenCaller {
  readonly kind: 'token';
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** `undefined`: every organization. */
  readonly organization: string | undefined;
  /** Default: every scope, every environment. */
  readonly scopes?: readonly string[];
  readonly environments?: readonly string[];
  readonly agent?: AgentFacts;
  /** Unix time in milliseconds; default: never. */
  readonly expiresAt?: number;
  /** The dashboard session that the call came through; default: the token itself was presented. */
  readonly signIn?: string;
}

export interface JobCaller {
  readonly kind: 'job';
  readonly jobId: string;
  /** Id of the token that opened the job. */
  readonly tokenId: string;
}

/** Whoever waits for an answer that may take minutes. */
export interface Waiter {
  /** Nobody waits any more: what serves nothing else should end. */
  isGone(): boolean;
  /** To be called often: it is handed on about once a second, to clients that want to know. */
  tell(progress: Progress): void;
}

/** One authenticated request. */
export interface Call {
  readonly caller: Caller;
  readonly organization: string;
  /** The organization's generation as of this request. */
  readonly generation: number;
  /** When the caller was looked up; `undefined` if that may hold no longer, since the call has waited. */
  readonly admittedIn: Turn | undefined;
  readonly requestId: string;
  readonly context: CallContext;
  readonly waiter: Waiter;
  /** Adds names to the audit row of a read. */
  note(fields: Readonly<Record<string, unknown>>): void;
  /** Sets the answer's entity tag, with which clients ask whether it has changed. */
  tag(etag: string): void;
}

export function hasLeft(): ApiError {
  return new ApiError('invalid_request', 'the client has left');
}

export function actorOf(caller: Caller): string {
  if (caller.kind === 'job') return `job:${caller.jobId}`;
  const token = `token:${caller.id}:${caller.name}`;
  return caller.signIn === undefined ? token : `session:${caller.signIn}:${token}`;
}

/** Id of the token behind the call: presented, signed in with, or the one that opened the job. */
export function tokenOf(caller: Caller): string {
  return caller.kind === 'job' ? caller.tokenId : caller.id;
}

/** Whether the call came through a dashboard session. */
export function isSession(caller: Caller): caller is TokenCaller & { readonly signIn: string } {
  return caller.kind === 'token' && caller.signIn !== undefined;
}

/** @throws ApiError `permission_denied` */
export function requirePermission(caller: Caller, permission: Permission): void {
  const held =
    caller.kind === 'job' ? permission === 'jobs:session' : rolePermissions[caller.role].includes(permission);
  if (!held) throw new ApiError('permission_denied', `this token may not do this: it lacks ${permission}`);
}
