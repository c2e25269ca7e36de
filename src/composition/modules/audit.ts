import { errorTrail } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import { commitsOf } from '../../database/open.ts';
import { createFileAnchor } from '../../orchestrator/audit/anchor.ts';
import { createAudit } from '../../orchestrator/audit/audit.ts';
import { createAuditLog } from '../../orchestrator/audit/audit-log.ts';
import { describeBreak } from '../../orchestrator/audit/break.ts';
import { anchorFile } from '../settings.ts';
import { identifiers } from '../identifiers.ts';

/** The audit log. */
export const auditModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.auditAnchor).toResolvedValue(
    (settings) => createFileAnchor(anchorFile(settings.dataDir)),
    [identifiers.settings],
  );
  bind(identifiers.auditSigner).toResolvedValue(
    (keyring) => (organization) => keyring.signer(organization),
    [identifiers.keyring],
  );
  bind(identifiers.auditLog).toResolvedValue(
    (database, signer, anchor, now, log, settings) =>
      createAuditLog({
        database,
        signer,
        anchor,
        isShared: settings.database !== undefined,
        durable: () => commitsOf(database).durable(),
        now,
        listener: {
          failed: (error) => {
            log.error({ error: errorTrail(error) }, 'audit rows could not be written');
          },
          broken: (organization, row, found) => {
            log.error({ organization, row, problem: describeBreak(found) }, 'the audit log is broken');
          },
        },
      }),
    [
      identifiers.database,
      identifiers.auditSigner,
      identifiers.auditAnchor,
      identifiers.now,
      identifiers.log,
      identifiers.settings,
    ],
  );
  bind(identifiers.areaHandlers).toResolvedValue(createAudit, [
    identifiers.database,
    identifiers.auditSigner,
    identifiers.auditAnchor,
    identifiers.auditLog,
  ]);
});
