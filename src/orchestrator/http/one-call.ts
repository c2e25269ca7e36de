import type { CallContext } from '@kici-dev/secret-backend';
import type { Call, Caller, Waiter } from '../caller.ts';
import type { Turn } from '../turn.ts';
import type { Authenticated } from './authenticate.ts';

/** One request as handlers see it, and what they have said about it. */
export class OneCall implements Call {
  readonly organization: string;
  readonly requestId: string;
  readonly context: CallContext;
  readonly waiter: Waiter;
  readonly caller: Caller;
  readonly generation: number;
  readonly admittedIn: Turn | undefined;
  /** For the audit row. */
  readonly notes: Record<string, unknown> = {};
  etag: string | undefined;

  /** @param hasWaited whether it has waited since its caller was looked up */
  constructor(
    { organization, requestId, context, waiter }: Pick<Call, 'organization' | 'requestId' | 'context' | 'waiter'>,
    { caller, generation, turn }: Authenticated,
    hasWaited: boolean,
  ) {
    this.organization = organization;
    this.requestId = requestId;
    this.context = context;
    this.waiter = waiter;
    this.caller = caller;
    this.generation = generation;
    this.admittedIn = hasWaited ? undefined : turn;
  }

  note(fields: Readonly<Record<string, unknown>>): void {
    Object.assign(this.notes, fields);
  }

  tag(etag: string): void {
    this.etag = etag;
  }
}
