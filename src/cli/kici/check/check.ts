import { connectOnceStarted } from '../../connection.ts';
import { CommandError } from '../../terminal/command-error.ts';
import { printable, type Io } from '../../terminal/io.ts';
import { paint } from '../../terminal/report.ts';
import type { CheckFlags } from '../program.ts';
import { readAllWorkflows } from '../read-workflows.ts';
import { untilSignal } from '../until-signal.ts';
import { findProblems, type Finding } from './findings.ts';
import { Verdicts } from './verdict.ts';

/**
 * Reports keys that workflows name but their jobs lack.
 * @returns the exit code
 * @throws CommandError (`check_failed`)
 */
export async function check(flags: CheckFlags, io: Io): Promise<number> {
  return untilSignal(io, flags.json === true, async (signal) => {
    const { root, workflows } = await readAllWorkflows(flags, io, signal);
    const client = await connectOnceStarted(flags, io, signal);
    const { checked, findings } = await findProblems(root, workflows, new Verdicts(client));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (flags.json === true) io.stdout.write(`${JSON.stringify({ checked, findings })}\n`);
    else
      io.stdout.write(
        `${[...findings.map((finding) => lineOf(finding, io)), `${checked} literal keys: ${errors} wrong`].join('\n')}\n`,
      );
    if (errors === 0) return 0;
    throw new CommandError(
      'check_failed',
      `${errors} of the keys that the workflows name would be missing from their jobs`,
      'correct what the list shows, or set the secrets with `kici-admin secret set`',
    );
  });
}

function lineOf({ file, line, column, severity, message }: Finding, io: Io): string {
  const word = paint(io, severity === 'error' ? 'red' : 'yellow', severity, 'stdout');
  return `${printable(`${file}:${line}:${column}`)}: ${word}: ${printable(message)}`;
}
