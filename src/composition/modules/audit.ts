import { errorTrail } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import { commitsOf } from '../../database/open.ts';
import { createFileAnchor } from '../../orchestrator/audit/anchor.ts';
import { createAudit } from '../../orchestrator/audit/audit.ts';
import { createAuditLog } from '../../orchestrator/audit/audit-log.ts';
import { CheckpointSinkError } from '../../orchestrator/audit/checkpoints/sink.ts';
import { describeBreak } from '../../orchestrator/audit/break.ts';
import { checkpointsOf } from '../checkpoint-sink.ts';
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
  bind(identifiers.checkpoints).toResolvedValue(checkpointsOf, [
    identifiers.database,
    identifiers.keyring,
    identifiers.resolveAddress,
    identifiers.now,
    identifiers.log,
    identifiers.settings,
  ]);
  bind(identifiers.auditLog).toResolvedValue(
    (database, signer, anchor, now, log, settings, checkpoints) =>
      createAuditLog({
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
      identifiers.checkpoints,
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
