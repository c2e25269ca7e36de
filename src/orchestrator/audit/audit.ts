import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/errors.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditSigner } from './audit-log.ts';
import { verifyAudit, type AuditVerification } from './verify.ts';

const phase = z.enum(['intent', 'outcome', 'read', 'break']);
const subject = z.record(z.string(), z.unknown());

export function createAudit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
): HandlersFor<'audit.list' | 'audit.verify' | 'audit.acknowledge'> {
  return {
    async 'audit.list'({ before, limit }, { organization }) {
      const rows = await database
        .selectFrom('audit_rows')
        .selectAll()
        .where('organization', '=', organization)
        .$if(before !== undefined, (query) => query.where('sequence', '<', before ?? 0))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return { rows: rows.map(view) };
    },
    async 'audit.verify'(_, { organization }) {
      return verificationView(await verifyAudit(database, signer, anchor, organization));
    },
    async 'audit.acknowledge'(_, call) {
      const verification = await verifyAudit(database, signer, anchor, call.organization);
      if (verification.problems.length === 0)
        throw new ApiError(
          'conflict',
          'the audit log is intact: there is nothing to acknowledge',
          '`kici-admin audit verify` tells of problems',
        );
      // The outcome's row is signed like any other, so that what was acknowledged cannot be changed either.
      call.note(verification.state);
      return { problems: verification.problems.map(({ sequence, problem }) => ({ sequence, problem })) };
    },
  };
}

function verificationView({
  intact,
  rows,
  openIntents,
  problems,
  acknowledgement,
}: AuditVerification): OperationOutput<'audit.verify'> {
  return {
    intact,
    rows,
    openIntents: [...openIntents],
    problems: [...problems],
    ...(acknowledgement === undefined
      ? {}
      : {
          acknowledgement: {
            row: acknowledgement.row,
            at: rfc3339(acknowledgement.at),
            actor: acknowledgement.actor,
            reason: acknowledgement.reason,
          },
        }),
  };
}

function view(row: Selectable<OrchestratorTables['audit_rows']>): OperationOutput<'audit.list'>['rows'][number] {
  return {
    sequence: row.sequence,
    at: rfc3339(row.at),
    phase: phase.parse(row.phase),
    operation: row.operation,
    actor: row.actor,
    subject: readSubject(row.subject),
    ...(row.result === null ? {} : { result: row.result }),
    ...(row.intent === null ? {} : { intent: row.intent }),
  };
}

/** A row that somebody has tampered with must not hide the others. */
function readSubject(text: string): Record<string, unknown> {
  try {
    return subject.parse(JSON.parse(text));
  } catch {
    return { unreadable: true };
  }
}
