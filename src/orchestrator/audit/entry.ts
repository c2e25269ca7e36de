/** What is written into the audit log for one thing that somebody did. */
export interface AuditEntry {
  readonly organization: string;
  /** `refused`: a policy kept it from being begun. */
  readonly phase: 'intent' | 'outcome' | 'read' | 'refused';
  readonly operation: string;
  readonly actor: string;
  /** Names only. */
  readonly subject: Readonly<Record<string, unknown>>;
  readonly result?: string;
  /** The sequence of the intent that an outcome closes. */
  readonly intent?: number;
}
