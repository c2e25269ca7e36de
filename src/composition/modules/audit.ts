import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { createFileAnchor } from '../../orchestrator/audit/anchor.ts';
import { createAuditLog } from '../../orchestrator/audit/audit-log.ts';
import { errorTrail } from '@kici-dev/secret-backend';
import { tokens } from '../tokens.ts';

export const auditModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(tokens.auditAnchor).toResolvedValue(
    (settings) => createFileAnchor(join(settings.dataDir, 'audit-anchor.json')),
    [tokens.settings],
  );
  bind(tokens.auditSigner).toResolvedValue(
    (keyring) => (organization) => keyring.signer(organization),
    [tokens.keyring],
  );
  bind(tokens.auditLog).toResolvedValue(
    (database, signer, anchor, now, log) =>
      createAuditLog(database, signer, anchor, now, (error) => {
        log.error({ error: errorTrail(error) }, 'audit rows could not be written');
      }),
    [tokens.database, tokens.auditSigner, tokens.auditAnchor, tokens.now, tokens.log],
  );
});
