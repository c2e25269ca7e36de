import { auditCheckpoint, isSigned, type AuditCheckpoint } from '../../api/audit-checkpoint.ts';
import { CommandError } from '../terminal/command-error.ts';
import { readFile } from '../value-input/read-bytes.ts';
import { count } from './format.ts';
import type { OutputOf } from './session.ts';

const maxFileBytes = 64 * 1_024 * 1_024;

/** What a file of checkpoints holds of an organization. */
export interface CheckpointFile {
  /** All of them, the oldest row first. */
  readonly checkpoints: readonly AuditCheckpoint[];
  /** Lines that are none: a collector writes others between them, and a full disk leaves half of one. */
  readonly skipped: number;
}

/** @throws CommandError if there is none of the organization */
export async function readCheckpoints(path: string, organization: string): Promise<CheckpointFile> {
  const lines = Buffer.from(await readFile(path, maxFileBytes))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const found = lines.flatMap((line) => parse(line) ?? []);
  const skipped = lines.length - found.length;
  const checkpoints = found
    .filter((one) => one.organization === organization)
    .toSorted((left, right) => left.sequence - right.sequence);
  if (checkpoints.length === 0)
    throw new CommandError(
      'not_a_checkpoint',
      `the file holds no checkpoint of the organization ${JSON.stringify(organization)}: of ${count(lines.length, 'line')}, ${skipped} are none of any`,
      'a file of checkpoints has one on each line, as `kici-admin audit checkpoint` prints them; check the file, and --org',
    );
  return { checkpoints, skipped };
}

function parse(line: string): AuditCheckpoint | undefined {
  try {
    return auditCheckpoint.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

interface Finding {
  readonly sequence: number;
  readonly problem: string;
}

/**
 * Compares checkpoints with a log that was verified. The server was asked for the rows alone: one that does not have
 * them any more cannot know what they ought to be.
 */
export function compareCheckpoints(
  checkpoints: readonly AuditCheckpoint[],
  { marks, cut }: Pick<OutputOf<'audit.verify'>, 'marks' | 'cut'>,
): { readonly problems: readonly Finding[]; readonly proven: AuditCheckpoint | undefined } {
  const macs = new Map(marks?.rows.map(({ sequence, mac }) => [sequence, mac]));
  const problems = new Array<Finding>();
  let proven: AuditCheckpoint | undefined;
  for (const one of checkpoints) {
    const { sequence, at, mac } = one;
    const found = (problem: string): void => void problems.push({ sequence, problem });
    if (one.publicKey !== marks?.publicKey || !isSigned(one))
      found(`the checkpoint of ${at} was not made by an orchestrator of these keys`);
    else if (macs.get(sequence) === mac) proven = one;
    else if (macs.has(sequence)) found(`the row differs from the checkpoint of ${at}`);
    else if (sequence > (cut?.through ?? 0)) found(`the row of the checkpoint of ${at} is missing`);
  }
  return { problems, proven };
}
