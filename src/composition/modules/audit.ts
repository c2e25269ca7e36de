import { errorTrail } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import { commitsOf } from '../../database/open.ts';
import { createFileAnchor, type AuditAnchor } from '../../orchestrator/audit/anchor.ts';
import { createAudit } from '../../orchestrator/audit/audit.ts';
import { createAuditLog, type AuditLog } from '../../orchestrator/audit/audit-log.ts';
import { outsideRequests } from '../../orchestrator/request-scope.ts';
import type { AuditObserver } from '../../telemetry/telemetry.ts';
import { describeBreak } from '../../orchestrator/audit/break.ts';
import { anchorFile } from '../settings.ts';
import { identifiers } from '../identifiers.ts';

/** The audit log. */
export const auditModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.auditAnchor).toResolvedValue(
    (settings, { audit }) => observedAnchor(createFileAnchor(anchorFile(settings.dataDir)), audit),
    [identifiers.settings, identifiers.telemetry],
  );
  bind(identifiers.auditSigner).toResolvedValue(
    (keyring) => (organization) => keyring.signer(organization),
    [identifiers.keyring],
  );
  bind(identifiers.auditLog).toResolvedValue(
    (database, signer, anchor, now, log, { audit }) => {
      const auditLog = createAuditLog({
        database,
        signer,
        anchor,
        durable: () => commitsOf(database).durable(),
        now,
        listener: {
          failed: (error) => {
            // Rows of several requests share a commit.
            outsideRequests(() => {
              log.error({ error: errorTrail(error) }, 'audit rows could not be written');
            });
          },
          broken: (organization, row, found) => {
            audit?.broken();
            log.error({ organization, row, problem: describeBreak(found) }, 'the audit log is broken');
          },
        },
      });
      return observedLog(auditLog, audit);
    },
    [
      identifiers.database,
      identifiers.auditSigner,
      identifiers.auditAnchor,
      identifiers.now,
      identifiers.log,
      identifiers.telemetry,
    ],
  );
  bind(identifiers.areaHandlers).toResolvedValue(createAudit, [
    identifiers.database,
    identifiers.auditSigner,
    identifiers.auditAnchor,
    identifiers.auditLog,
  ]);
});

function observedLog(log: AuditLog, observer: AuditObserver | undefined): AuditLog {
  return observer === undefined ? log : { ...log, append: (entry) => observer.appending(() => log.append(entry)) };
}

function observedAnchor(anchor: AuditAnchor, observer: AuditObserver | undefined): AuditAnchor {
  return observer === undefined
    ? anchor
    : { ...anchor, write: (heads) => observer.anchoring(() => anchor.write(heads)) };
}
