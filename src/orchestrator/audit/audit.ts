import type { Kysely } from 'kysely';
import type { HandlersFor } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditSigner } from './audit-log.ts';
import { listRows } from './list-rows.ts';
import { verifyAudit } from './verify.ts';

export function createAudit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
): HandlersFor<'audit.list' | 'audit.verify'> {
  return {
    async 'audit.list'(filter, { organization }) {
      return { rows: await listRows(database, organization, filter) };
    },
    async 'audit.verify'(_, { organization }) {
      const { intact, rows, openIntents, problems } = await verifyAudit(database, signer, anchor, organization);
      return { intact, rows, openIntents: [...openIntents], problems: [...problems] };
    },
  };
}
