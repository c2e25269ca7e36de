import { printable } from '../../terminal/io.ts';
import { defineCommand, type AdminCommand, type Result } from '../command.ts';
import { count, listing, moment } from '../format.ts';
import { option } from '../parameters/text.ts';
import type { ApiSession, OutputOf } from '../session.ts';

type Verification = OutputOf<'audit.verify'>;

/** `kici-admin audit verify`. */
export const verifyCommand: AdminCommand = defineCommand({
  name: 'verify',
  summary: 'Check that no row of the audit log was changed, swapped or cut off',
  operations: ['audit.verify'],
  examples: ['kici-admin audit verify', 'kici-admin audit verify --checkpoint /mnt/elsewhere/checkpoints.jsonl'],
  parameters: {
    checkpoint: option('--checkpoint <file>', 'checkpoints that the log must continue, one on each line'),
  },
  run: async ({ checkpoint }, session) => {
    if (checkpoint === undefined) return resultOf(await session.call('audit.verify', {}), undefined, session);
    const { compareCheckpoints, readCheckpoints } = await import('../checkpoint-file.ts');
    const { checkpoints, skipped } = await readCheckpoints(checkpoint, session.organization);
    const asked = [...new Set(checkpoints.map(({ sequence }) => sequence))];
    const { marks, ...verification } = await session.call('audit.verify', { rows: asked });
    const { problems, proven } = compareCheckpoints(checkpoints, { marks, cut: verification.cut });
    const data = {
      ...verification,
      intact: verification.intact && problems.length === 0,
      problems: [...verification.problems, ...problems.map((one) => ({ ...one, acknowledged: false }))],
      ...(proven !== undefined && { continues: { sequence: proven.sequence, at: proven.at } }),
      skipped,
    };
    const note =
      skipped > 0 &&
      `of the file, ${count(skipped, 'line that holds no checkpoint was', 'lines that hold no checkpoint were')} left out`;
    const result = resultOf(data, proven, session, note === false ? [] : [note]);
    if (result.failure !== undefined || problems.length > 0 || proven !== undefined) return result;
    return {
      ...result,
      failure: {
        code: 'checkpoint_cut',
        message: `the rows of every checkpoint in the file were removed by the cut in row ${data.cut?.row ?? 0}`,
        hint: 'compare a newer checkpoint; the rows that were exported before the cut lead from the older ones to it',
      },
    };
  },
});

function resultOf(
  data: Verification,
  continues: { readonly sequence: number; readonly at: string } | undefined,
  session: ApiSession,
  more: readonly string[] = [],
): Result {
  const notes = [
    ...more,
    continues && `continues the checkpoint of row ${continues.sequence}, made on ${moment(continues.at)}`,
    data.cut &&
      `rows up to ${data.cut.through} were removed on ${moment(data.cut.at)} by ${data.cut.actor}, as row ${data.cut.row} records`,
    data.openIntents.length > 0 &&
      `begun and never finished: ${data.openIntents.length === 1 ? 'row' : 'rows'} ${data.openIntents.join(', ')}`,
  ].filter((note) => typeof note === 'string');
  if (data.intact) return { data, text: `intact: ${count(data.rows, 'row')}`, ...noticeOf(notes) };
  const fresh = data.problems.filter(({ acknowledged }) => !acknowledged);
  const found = {
    data,
    ...listing(
      ['row', 'problem', 'acknowledged'],
      data.problems.map((one) => [String(one.sequence), one.problem, one.acknowledged ? 'yes' : 'no']),
      '',
      session.columns,
    ),
  };
  if (fresh.length === 0) return { ...found, ...noticeOf([...whoHasAcknowledged(data), ...notes]) };
  return {
    ...found,
    ...noticeOf(notes),
    failure: {
      code: 'audit_damaged',
      message: `the audit log is not intact: ${count(fresh.length, 'problem')} in ${count(data.rows, 'row')} that nobody has acknowledged`,
      hint: 'compare the database with its backups and with the anchor that is kept outside it; an owner who knows the cause records it with `kici-admin audit acknowledge`',
    },
  };
}

function whoHasAcknowledged({ problems, rows, acknowledgement: who }: Verification): readonly string[] {
  const notIntact = `not intact: ${count(problems.length, 'problem')} in ${count(rows, 'row')}`;
  if (who === undefined) return [notIntact];
  return [notIntact, `acknowledged in row ${who.row} on ${moment(who.at)} by ${who.actor}: ${who.reason}`];
}

function noticeOf(notes: readonly string[]): Pick<Result, 'notice'> {
  return notes.length === 0 ? {} : { notice: notes.map(printable).join('\n') };
}

/** `kici-admin audit checkpoint`. */
export const checkpointCommand: AdminCommand = defineCommand({
  name: 'checkpoint',
  summary: 'Sign what the audit log is now, to be kept where the orchestrator cannot write',
  operations: ['audit.checkpoint'],
  examples: ['kici-admin audit checkpoint >> /mnt/elsewhere/checkpoints.jsonl'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('audit.checkpoint', {});
    return {
      data,
      text: JSON.stringify(data.checkpoint),
      notice: data.kept
        ? `the checkpoint of row ${data.checkpoint.sequence} is in the sink of the server too`
        : 'the server keeps no checkpoints (KICI_AUDIT_SINK): keep this line where it cannot write',
    };
  },
});
