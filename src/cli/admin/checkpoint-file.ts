import { auditCheckpoint, isSigned, type AuditCheckpoint } from '../../api/audit-checkpoint.ts';
import { CommandError } from '../terminal/command-error.ts';
import { readFile } from '../value-input/read-bytes.ts';
import type { OutputOf } from './session.ts';

const maxFileBytes = 64 * 1_024 * 1_024;
/** As many as fit into one request. */
const mostCompared = 200;

/**
 * The checkpoints of an organization in a file of lines, the oldest first; of very many, some of every age.
 * @throws CommandError if there is none, or a line is something else
 */
export async function readCheckpoints(path: string, organization: string): Promise<readonly AuditCheckpoint[]> {
  const lines = Buffer.from(await readFile(path, maxFileBytes))
    .toString('utf8')
    .split('\n');
  const found = lines
    .flatMap((line, index) => (line.trim() === '' ? [] : [parse(line, index + 1)]))
    .filter((one) => one.organization === organization)
    .toSorted((left, right) => left.sequence - right.sequence);
  if (found.length === 0)
    throw new CommandError(
      'not_a_checkpoint',
      `the file holds no checkpoint of the organization ${JSON.stringify(organization)}`,
      'check the file, and --org',
    );
  const every = Math.ceil(found.length / mostCompared);
  // Counted from the newest, which is always among them.
  return found.filter((_, index) => (found.length - 1 - index) % every === 0);
}

function parse(line: string, number: number): AuditCheckpoint {
  try {
    return auditCheckpoint.parse(JSON.parse(line));
  } catch {
    throw new CommandError(
      'not_a_checkpoint',
      `line ${number} is not a checkpoint of an audit log`,
      'a file of checkpoints has one on each line, as `kici-admin audit checkpoint` prints them; remove a line that a full disk has cut off',
    );
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
