import { DatabaseUnavailableError } from '../../database/unavailable.ts';
import { ApiError } from '../../api/api-error.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { CheckpointSinkError } from '../audit/checkpoints/sink.ts';
import type { AuditEntry } from '../audit/entry.ts';
import type { AppendedUntil } from '../audit/row-queue.ts';
import { toApiError } from './error-reply.ts';

/** What all audit rows of one operation have in common. */
export interface AuditedOperation extends Pick<
  AuditEntry,
  'organization' | 'operation' | 'actor' | 'subject' | 'requestId'
> {
  /** How far the intent of a write must be before its effect; default: durable. */
  readonly intentUntil?: AppendedUntil;
}

/**
 * Nothing happens without an audit row: the intent precedes the effect, the row of a read precedes the answer.
 * @param notes what became known while it ran
 * @throws ApiError `audit_unavailable`, `audit_incomplete`, and what the effect throws
 */
export async function audited<T>(
  audit: AuditLog,
  kind: 'write' | 'read',
  about: AuditedOperation,
  notes: Readonly<Record<string, unknown>>,
  effect: () => Promise<T>,
): Promise<T> {
  if (kind === 'read') {
    let output: T;
    try {
      output = await effect();
    } catch (error) {
      // Failed reads are recorded too, if the operation has noted anything.
      if (Object.keys(notes).length > 0)
        await audit.append({ ...rowOf(about, 'read', notes), result: codeOf(error) }).catch(() => undefined);
      throw error;
    }
    await record(audit, rowOf(about, 'read', notes));
    return output;
  }
  const intent = await record(audit, rowOf(about, 'intent'), about.intentUntil);
  let output: T;
  try {
    output = await effect();
  } catch (error) {
    // The caller needs the effect's own error; an intent without an outcome stays visible to `audit verify`.
    await audit.append({ ...rowOf(about, 'outcome', notes), result: codeOf(error), intent }).catch(() => undefined);
    throw error;
  }
  try {
    await audit.append({ ...rowOf(about, 'outcome', notes), result: 'done', intent });
  } catch {
    throw new ApiError(
      'audit_incomplete',
      'the change was made, but its outcome could not be written to the audit log',
    );
  }
  return output;
}

function rowOf(
  { organization, operation, actor, subject, requestId }: AuditedOperation,
  phase: AuditEntry['phase'],
  notes?: Readonly<Record<string, unknown>>,
): AuditEntry {
  return {
    organization,
    phase,
    operation,
    actor,
    subject: { ...subject, ...notes },
    ...(requestId !== undefined && { requestId }),
  };
}

function codeOf(error: unknown): string {
  return toApiError(error)?.code ?? 'internal_error';
}

/** @throws ApiError `audit_unavailable`, `checkpoint_sink_failed`, DatabaseUnavailableError */
export async function record(audit: AuditLog, entry: AuditEntry, until?: AppendedUntil): Promise<number> {
  try {
    return await audit.append(entry, until);
  } catch (error) {
    if (DatabaseUnavailableError.is(error)) throw error;
    if (error instanceof CheckpointSinkError)
      throw new ApiError('checkpoint_sink_failed', `nothing was done: ${error.message}`);
    throw new ApiError('audit_unavailable', 'nothing was done: the audit row could not be written');
  }
}
