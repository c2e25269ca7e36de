import { errorTrail } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import { commitsOf } from '../../database/open.ts';
import { createFileAnchor, type AuditAnchor } from '../../orchestrator/audit/anchor.ts';
import { createAudit } from '../../orchestrator/audit/audit.ts';
import { createAuditLog, type AuditLog } from '../../orchestrator/audit/audit-log.ts';
import { HeldLogError, UnsignableError } from '../../orchestrator/audit/commit.ts';
import { CheckpointSinkError } from '../../orchestrator/audit/checkpoints/sink.ts';
import { outsideRequests } from '../../orchestrator/request-scope.ts';
import type { AuditObserver } from '../../telemetry/telemetry.ts';
import { describeBreak } from '../../orchestrator/audit/break.ts';
import { checkpointsOf } from '../checkpoint-sink.ts';
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
  bind(identifiers.checkpoints).toResolvedValue(checkpointsOf, [
    identifiers.database,
    identifiers.keyring,
    identifiers.resolveAddress,
    identifiers.now,
    identifiers.log,
    identifiers.settings,
  ]);
  bind(identifiers.auditLog).toResolvedValue(
    (database, signer, anchor, now, log, settings, checkpoints, { audit }) => {
      const auditLog = createAuditLog({
        database,
        signer,
        anchor,
        isShared: settings.database !== undefined,
        durable: () => commitsOf(database).durable(),
        now,
        refusal: () => {
          const problem = settings.auditSink?.isRequired === true ? checkpoints.problem() : undefined;
          return problem === undefined ? undefined : new CheckpointSinkError(problem);
        },
        listener: {
          failed: (error) => {
            // Rows of several requests share a commit.
            outsideRequests(() => {
              const isOfOne = error instanceof UnsignableError || error instanceof HeldLogError;
              log.error(
                { ...(isOfOne && { organization: error.organization }), error: errorTrail(error) },
                'audit rows could not be written',
              );
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
      identifiers.settings,
      identifiers.checkpoints,
      identifiers.telemetry,
    ],
  );
  bind(identifiers.areaHandlers).toDynamicValue((container) => {
    const keyring = container.get(identifiers.keyring);
    return createAudit({
      database: container.get(identifiers.database),
      signer: container.get(identifiers.auditSigner),
      checkpointKey: (organization) => keyring.checkpointKey(organization),
      anchor: container.get(identifiers.auditAnchor),
      log: container.get(identifiers.auditLog),
      checkpoints: container.get(identifiers.checkpoints),
      isShared: container.get(identifiers.settings).database !== undefined,
      now: container.get(identifiers.now),
    });
  });
});

function observedLog(log: AuditLog, observer: AuditObserver | undefined): AuditLog {
  return observer === undefined
    ? log
    : { ...log, append: (entry, until) => observer.appending(() => log.append(entry, until)) };
}

function observedAnchor(anchor: AuditAnchor, observer: AuditObserver | undefined): AuditAnchor {
  return observer === undefined
    ? anchor
    : { ...anchor, write: (heads) => observer.anchoring(() => anchor.write(heads)) };
}
