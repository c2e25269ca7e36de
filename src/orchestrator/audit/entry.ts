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
  /** Default: the one that the present work is done for. */
  readonly requestId?: string;
}
