import type { Permission } from './roles.ts';

/** Below an organization: what changes there, as server-sent events. */
export const eventsPath = '/events';

/**
 * What an event is about, by the permission that it takes to hear more than that something has changed. The name is
 * that before the dot of the operation.
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
  /** The state of a backend as this orchestrator sees it. */
  health: 'backends:read',
} as const satisfies Record<string, Permission>;

export type EventKind = keyof typeof eventKinds;

/**
 * The data of an event `change`. `changed`: something, of which the reader may not know more. Names are those of the
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

/** The data of an event `ended`, after which the stream is over. */
export interface EndedEvent {
  readonly error: string;
  readonly message: string;
}
