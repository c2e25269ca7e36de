import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditLog } from './audit-log.ts';
import type { Checkpoints } from './checkpoints/checkpoints.ts';
import type { CheckpointKey } from './checkpoints/make.ts';
import { CheckpointSinkError } from './checkpoints/sink.ts';
import { cutLog, removeCutRows } from './cut.ts';
import type { AuditSigner } from './services.ts';
import { refuseUnknownOperation } from './known-operations.ts';
import { listRows } from './list-rows.ts';
import { verifyAudit, type AuditVerification } from './verify.ts';
import { createWalks } from './walks.ts';

export interface AuditServices {
  readonly database: Kysely<OrchestratorTables>;
  readonly signer: AuditSigner;
  readonly checkpointKey: CheckpointKey;
  readonly anchor: AuditAnchor;
  readonly log: Pick<AuditLog, 'append' | 'settle' | 'hasWritten'>;
  readonly checkpoints: Pick<Checkpoints, 'hasSink' | 'make'>;
  readonly isShared: boolean;
  readonly now: () => number;
}

type AuditHandlers = HandlersFor<
  'audit.list' | 'audit.verify' | 'audit.acknowledge' | 'audit.checkpoint' | 'audit.cut'
>;

/** Handlers of the operations on the audit log. */
export function createAudit(services: AuditServices): AuditHandlers {
  const { database, signer, anchor, log, checkpoints, isShared } = services;
  const verify = createWalks(async (organization, options) => {
    await log.settle();
    const isOthers = isShared && !log.hasWritten(organization);
    return verifyAudit(database, signer, anchor, organization, { ...options, isShared: isOthers });
  });
  return {
    async 'audit.list'(filter, { organization, context }) {
      const found = await listRows(database, organization, filter, context.signal);
      if (found.rows.length === 0 && found.next === undefined) refuseUnknownOperation(filter);
      return found;
    },
    async 'audit.verify'({ rows }, call) {
      if (rows === undefined) return verificationView(await verify(call));
      const asked = new Set(rows);
      const { publicKey } = await services.checkpointKey(call.organization);
      const verification = await verify(call, { rows: asked });
      return {
        ...verificationView(verification),
        marks: {
          publicKey: Buffer.from(publicKey).toString('base64'),
          rows: verification.marks.filter(({ sequence }) => asked.has(sequence)),
        },
      };
    },
    async 'audit.acknowledge'({ seen }, call) {
      const verification = await verify(call);
      if (verification.problems.length === 0)
        throw new ApiError(
          'conflict',
          'the audit log is intact: there is nothing to acknowledge',
          '`kici-admin audit verify` shows problems',
        );
      if (seen !== undefined) refuseUnseen(verification, seen);
      // The outcome row is signed like any other, so an acknowledgement cannot be altered later either.
      call.note(verification.state);
      return { problems: verification.problems.map(({ sequence, problem }) => ({ sequence, problem })) };
    },
    async 'audit.checkpoint'(_, call) {
      const checkpoint = await checkpoints.make(call.organization).catch((error: unknown) => {
        throw error instanceof CheckpointSinkError ? new ApiError('checkpoint_sink_failed', error.message) : error;
      });
      if (checkpoint === undefined)
        throw new ApiError(
          'conflict',
          'the newest row was not written by an orchestrator of these keys, so no checkpoint says that it was',
          '`kici-admin audit verify` shows what is wrong',
        );
      call.note({ sequence: checkpoint.sequence });
      return { checkpoint, kept: checkpoints.hasSink };
    },
    async 'audit.cut'(limits, call) {
      const { organization, context } = call;
      const { through, rows, row } = await cutLog(
        { ...services, verify: (removable) => verify(call, { removable }) },
        limits,
        call,
      );
      call.note({ through, rows, row });
      await removeCutRows(services, organization, context.signal);
      return { through, rows, row };
    },
  };
}

/** So many are named, with the number of all. */
const namedAtMost = 5;

/** @throws ApiError `conflict` if an acknowledgement would cover what its caller was not shown */
function refuseUnseen({ problems }: AuditVerification, seen: OperationOutput<'audit.acknowledge'>['problems']): void {
  const shown = new Set(seen.map(({ sequence, problem }) => `${sequence} ${problem}`));
  const unseen = problems.filter(
    ({ sequence, problem, acknowledged, isPassing }) =>
      !acknowledged && !isPassing && !shown.has(`${sequence} ${problem}`),
  );
  if (unseen.length === 0) return;
  const named = unseen.slice(0, namedAtMost).map(({ sequence, problem }) => `row ${sequence}: ${problem}`);
  const more = unseen.length - named.length;
  throw new ApiError(
    'conflict',
    `nothing was acknowledged: the audit log has problems that you were not shown: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    'look at them first: `kici-admin audit verify` shows all',
  );
}

function verificationView({
  intact,
  rows,
  openIntents,
  problems,
  acknowledgement,
  beginning,
}: AuditVerification): OperationOutput<'audit.verify'> {
  return {
    intact,
    rows,
    openIntents: [...openIntents],
    problems: problems.map(({ sequence, problem, acknowledged }) => ({ sequence, problem, acknowledged })),
    ...(acknowledgement !== undefined && {
      acknowledgement: {
        row: acknowledgement.row,
        at: rfc3339(acknowledgement.at),
        actor: acknowledgement.actor,
        reason: acknowledgement.reason,
      },
    }),
    ...(beginning.cut !== undefined && {
      cut: { ...beginning.cut, through: beginning.after, at: rfc3339(beginning.cut.at) },
    }),
  };
}
