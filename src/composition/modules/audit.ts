import { errorTrail } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import { createFileAnchor } from '../../orchestrator/audit/anchor.ts';
import { createAuditLog } from '../../orchestrator/audit/audit-log.ts';
import { describeBreak } from '../../orchestrator/audit/break.ts';
import { anchorFile } from '../settings.ts';
import { tokens } from '../tokens.ts';

export const auditModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.auditAnchor).toResolvedValue(
    (settings) => createFileAnchor(anchorFile(settings.dataDir)),
    [tokens.settings],
  );
  bind(tokens.auditSigner).toResolvedValue(
    (keyring) => (organization) => keyring.signer(organization),
    [tokens.keyring],
  );
  bind(tokens.auditLog).toResolvedValue(
    (database, signer, anchor, now, log) =>
      createAuditLog({
        database,
        signer,
        anchor,
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
    [tokens.database, tokens.auditSigner, tokens.auditAnchor, tokens.now, tokens.log],
  );
});
