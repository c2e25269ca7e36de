import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { actorOf, type Call } from '../caller.ts';
import type { OperationInput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditLog } from './audit-log.ts';
import { readBeginning, type CutSubject } from './beginning.ts';
import type { Checkpoints } from './checkpoints/checkpoints.ts';
import { CheckpointSinkError } from './checkpoints/sink.ts';
import { Failures } from './failures.ts';
import type { AuditSigner } from './services.ts';
import type { AuditVerification } from './verify.ts';
import type { RemovableLimits } from './walk.ts';

export interface CutServices {
  readonly database: Kysely<OrchestratorTables>;
  readonly signer: AuditSigner;
  readonly log: Pick<AuditLog, 'append'>;
  readonly checkpoints: Pick<Checkpoints, 'hasSink' | 'make'>;
  readonly verify: (removable: RemovableLimits) => Promise<Pick<AuditVerification, 'removable' | 'problems'>>;
  readonly now: () => number;
}

export interface Cut extends CutSubject {
  /** The row that records it. */
  readonly row: number;
}

/**
 * Lets a log begin at its first row that is not older than a moment. What is removed was verified before, and is in a
 * checkpoint where there is a sink. The row that records it comes first: from then on the log begins there, whatever of
 * the rest is removed when.
 * @throws ApiError `invalid_request`, `conflict`, `checkpoint_sink_failed`
 */
export async function cutLog(
  { log, checkpoints, verify, now }: CutServices,
  { before, through }: OperationInput<'audit.cut'>,
  { organization, caller, requestId }: Pick<Call, 'organization' | 'caller' | 'requestId'>,
): Promise<Cut> {
  const moment = Date.parse(before);
  if (moment > now()) throw new ApiError('invalid_request', 'rows can be cut up to now, not up to a time to come');
  if (checkpoints.hasSink) await keepCheckpoint(checkpoints, organization);
  const { removable, problems } = await verify({ olderThan: moment, through });
  if (removable === undefined)
    throw new ApiError(
      'conflict',
      `no row ${through === undefined ? '' : `up to ${through} `}is older than ${before}`,
      '`kici-admin audit list --order oldest` shows the first',
    );
  const within = problems.filter(({ sequence }) => sequence <= removable.through);
  const open = within.filter(({ acknowledged }) => !acknowledged).length;
  if (open > 0)
    throw new ApiError(
      'conflict',
      `nothing was cut: of the rows that are older, ${open === 1 ? 'one problem' : `${open} problems`} would be forgotten that nobody has acknowledged`,
      '`kici-admin audit verify` shows them; an owner who knows the cause records it with `kici-admin audit acknowledge`',
    );
  const subject = { before, ...removable, problems: within.length };
  const entry = { organization, operation: 'audit.cut', actor: actorOf(caller), subject, requestId };
  const row = await log.append({ ...entry, phase: 'cut' });
  return { ...subject, row };
}

async function keepCheckpoint(checkpoints: CutServices['checkpoints'], organization: string): Promise<void> {
  try {
    if ((await checkpoints.make(organization)) !== undefined) return;
  } catch (error) {
    if (!(error instanceof CheckpointSinkError)) throw error;
    throw new ApiError('checkpoint_sink_failed', `nothing was cut: ${error.message}`);
  }
  throw new ApiError(
    'conflict',
    'nothing was cut: the newest row was not written by an orchestrator of these keys',
    '`kici-admin audit verify` shows what is wrong',
  );
}

const rowsAtOnce = 1_000;

/**
 * Removes the rows before the beginning of a log, some at a time, so that others get their turn.
 * @param signal ends it early; the rest is removed next time
 */
export async function removeCutRows(
  { database, signer }: Pick<CutServices, 'database' | 'signer'>,
  organization: string,
  signal?: AbortSignal,
): Promise<void> {
  const { after } = await readBeginning(database, organization, await signer(organization));
  for (let first = after === 0 ? undefined : await firstOf(database, organization); ;) {
    if (first === undefined || first > after || signal?.aborted === true) return;
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    await database
      .deleteFrom('audit_rows')
      .where('organization', '=', organization)
      .where('sequence', '<=', Math.min(after, first + rowsAtOnce - 1))
      .execute();
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    await nextTurn();
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    first = await firstOf(database, organization);
  }
}

async function firstOf(database: CutServices['database'], organization: string): Promise<number | undefined> {
  const rows = database.selectFrom('audit_rows').select('sequence').where('organization', '=', organization);
  return (await rows.orderBy('sequence').limit(1).executeTakeFirst())?.sequence;
}

/**
 * What was interrupted, of every organization.
 * @throws AggregateError of what failed for some of them, once it is done for the others
 */
export async function removeAllCutRows(services: Pick<CutServices, 'database' | 'signer'>): Promise<void> {
  const cut = await services.database.selectFrom('audit_heads').select('organization').where('cut', '>', 0).execute();
  const failures = new Failures();
  // oxlint-disable-next-line no-await-in-loop -- one at a time, so that requests get their turn
  for (const { organization } of cut) await failures.of(() => removeCutRows(services, organization));
  failures.report();
}
