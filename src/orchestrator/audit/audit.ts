import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditSigner } from './services.ts';
import { listRows } from './list-rows.ts';
import { verifyAudit, type AuditVerification } from './verify.ts';

/** Handlers of the operations on the audit log. */
export function createAudit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
  log: Pick<AuditLog, 'settle'>,
): HandlersFor<'audit.list' | 'audit.verify' | 'audit.acknowledge'> {
  return {
    async 'audit.list'(filter, { organization, context }) {
      return listRows(database, organization, filter, context.signal);
    },
    async 'audit.verify'(_, { organization }) {
      await log.settle();
      return verificationView(await verifyAudit(database, signer, anchor, organization));
    },
    async 'audit.acknowledge'(_, call) {
      await log.settle();
      const verification = await verifyAudit(database, signer, anchor, call.organization);
      if (verification.problems.length === 0)
        throw new ApiError(
          'conflict',
          'the audit log is intact: there is nothing to acknowledge',
          '`kici-admin audit verify` shows problems',
        );
      // The outcome row is signed like any other, so an acknowledgement cannot be altered later either.
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
    ...(acknowledgement !== undefined && {
      acknowledgement: {
        row: acknowledgement.row,
        at: rfc3339(acknowledgement.at),
        actor: acknowledgement.actor,
        reason: acknowledgement.reason,
      },
    }),
  };
}
