import type { BackendHost } from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { commitsOf } from '../database/open.ts';
import { readPlainFile } from '../files/plain-file.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { createCheckpoints, type Checkpoints } from '../orchestrator/audit/checkpoints/checkpoints.ts';
import { fileSink, standardOutputSink } from '../orchestrator/audit/checkpoints/local-sinks.ts';
import { putSink } from '../orchestrator/audit/checkpoints/put-sink.ts';
import { withDeadline, type CheckpointSink } from '../orchestrator/audit/checkpoints/sink.ts';
import type { AllTables } from './all-tables.ts';
import type { AuditSinkSettings, ServerSettings } from './settings.ts';

const maxTokenBytes = 16_384;
const defaultEveryRows = 10_000;
const never = { everyMs: Infinity, everyRows: Infinity };

/** Checkpoints of the audit log, to where the server's settings say. */
export function checkpointsOf(
  database: Kysely<AllTables>,
  keyring: Keyring,
  resolveAddress: BackendHost['resolveAddress'],
  now: () => number,
  log: Logger,
  { auditSink }: ServerSettings,
): Checkpoints {
  return createCheckpoints({
    database,
    signer: (organization) => keyring.signer(organization),
    key: (organization) => keyring.checkpointKey(organization),
    durable: () => commitsOf(database).durable(),
    now,
    ...never,
    ...(auditSink !== undefined && { everyRows: defaultEveryRows, ...auditSink }),
    sink: auditSink === undefined ? undefined : withDeadline(sinkOf(auditSink, resolveAddress, now)),
    changed: (problem) => {
      if (problem === undefined) log.info('the checkpoint sink takes checkpoints again');
      else log.error({ code: 'checkpoint_sink_failed', problem }, 'checkpoints of the audit log are not kept');
    },
  });
}

function sinkOf(
  { to }: AuditSinkSettings,
  resolveAddress: BackendHost['resolveAddress'],
  now: () => number,
): CheckpointSink {
  if (to.kind === 'file') return fileSink(to.path);
  if (to.kind === 'stdout') return standardOutputSink;
  const { url, tokenFile } = to;
  const token =
    tokenFile === undefined
      ? undefined
      : async () => (await readPlainFile(tokenFile, { maxBytes: maxTokenBytes, links: 'follow' })).toString().trim();
  return putSink({ url, token, resolveAddress, now });
}
