import * as z from 'zod';
import { eventKinds, type ChangeEvent, type EventKind } from '../../api/change-events.ts';
import type { Operation } from '../../api/operation.ts';
import { operations } from '../../api/registry.ts';
import { rolePermissions } from '../../api/roles.ts';
import type { Target } from '../../api/targets.ts';
import type { TokenCaller } from '../caller.ts';
import { isNarrowed, reaches } from '../reach.ts';

/** A change, with everything known about it. */
export interface Change {
  readonly event: ChangeEvent & { readonly kind: EventKind };
  /** What the change affects; `organization`: something beyond any scope or environment. */
  readonly targets: 'organization' | readonly Target[];
}

const bare: ChangeEvent = { kind: 'changed' };

/** As much of a change as the reader may know; a bare `changed` if that is nothing. */
export function shownTo(reader: TokenCaller, { event, targets }: Change): ChangeEvent {
  if (!rolePermissions[reader.role].includes(eventKinds[event.kind])) return bare;
  // The policy concerns every reader, and the event names nothing.
  if (event.kind === 'policy') return event;
  if (targets === 'organization') return isNarrowed(reader) ? bare : event;
  return targets.every((target) => reaches(reader, target)) ? event : bare;
}

const named = z.object({
  scope: z.string().optional(),
  key: z.string().optional(),
  environment: z.string().optional(),
  name: z.string().optional(),
});
const registry: Readonly<Record<string, Operation>> = operations;

/** The change that an outcome row of the audit log announces; `undefined` if it changes nothing that clients read. */
export function changeOf(operation: string, subject: string): Change | undefined {
  const kind = operation.split('.')[0] ?? '';
  if (!isKind(kind)) return undefined;
  const parsed = named.safeParse(json(subject));
  // Such events leave out whose tokens or sessions they are.
  const event = kind === 'tokens' || kind === 'sessions' ? { kind } : { kind, ...parsed.data };
  return { event, targets: targetsOf(registry[operation], json(subject)) };
}

function targetsOf(operation: Operation | undefined, input: unknown): Change['targets'] {
  if (operation === undefined || operation.targets === 'organization') return 'organization';
  try {
    return operation.targets(z.record(z.string(), z.unknown()).parse(input));
  } catch {
    return 'organization';
  }
}

function isKind(text: string): text is EventKind {
  return Object.hasOwn(eventKinds, text);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
