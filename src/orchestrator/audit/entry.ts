import { requestId } from '../request-scope.ts';

/** Where a subject names the request that a row was written for. */
export const requestIdField = 'requestId';

/** What the audit log records about one action. */
export interface AuditEntry {
  readonly organization: string;
  /** `refused`: a policy stopped it before it began. */
  readonly phase: 'intent' | 'outcome' | 'read' | 'refused' | 'cut';
  readonly operation: string;
  readonly actor: string;
  /** Names only. */
  readonly subject: Readonly<Record<string, unknown>>;
  readonly result?: string;
  /** Sequence of the intent that this outcome closes. */
  readonly intent?: number;
}

/**
 * The same, with the request that it is written for. In the subject: releases that know of no request read, chain and
 * verify such rows like any other.
 */
export function ofRequest<Entry extends Pick<AuditEntry, 'subject'>>(entry: Entry): Entry {
  const id = requestId();
  return id === undefined || Object.hasOwn(entry.subject, requestIdField)
    ? entry
    : { ...entry, subject: { ...entry.subject, [requestIdField]: id } };
}
