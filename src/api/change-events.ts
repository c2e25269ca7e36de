import type { Permission } from './roles.ts';

/** Path below an organization that streams its changes as server-sent events. */
export const eventsPath = '/events';

/**
 * The kinds of event, each with the permission needed to learn more than that something changed. A kind is the part of
 * the operation's name before the dot.
 */
export const eventKinds = {
  organizations: 'organizations:manage',
  environments: 'environments:read',
  bindings: 'environments:read',
  secrets: 'secrets:names',
  scopes: 'secrets:names',
  variables: 'variables:read',
  backends: 'backends:read',
  tokens: 'tokens:manage',
  jobs: 'environments:read',
  sessions: 'dashboard:open',
  policy: 'dashboard:open',
  audit: 'audit:read',
  /** A backend's state as this orchestrator sees it. */
  health: 'backends:read',
} as const satisfies Record<string, Permission>;

export type EventKind = keyof typeof eventKinds;

/**
 * The data of an event `change`. `changed`: something that the reader may not know more about. Names are those of the
 * operation's input, as in the audit log.
 */
export interface ChangeEvent {
  readonly kind: EventKind | 'changed';
  readonly scope?: string | undefined;
  readonly key?: string | undefined;
  readonly environment?: string | undefined;
  readonly name?: string | undefined;
  readonly backend?: string | undefined;
}

/** The data of an event `ended`, which is a stream's last. */
export interface EndedEvent {
  readonly error: string;
  readonly message: string;
}
