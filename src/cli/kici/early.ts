import { EarlyHost } from '../../agent/process/early-host.ts';
import { keepOutOfCoreDumps } from '../core-dumps.ts';

/** What says that the run is in a sandbox, elsewhere, limited, without namespaces, or none at all. */
const other = /^(?:-h|--(?:help|sandbox|mount-dir|dry-run|limit|no-namespaces)(?:=.*)?)$/s;

/** The first process of a run, where the command line is one that most likely needs it. */
export function launchEarly(args: readonly string[]): EarlyHost | undefined {
  // Before anything is started that would inherit it.
  keepOutOfCoreDumps();
  const [command, ...flags] = args;
  return command === 'run' && !flags.some((flag) => other.test(flag))
    ? EarlyHost.launch(process.cwd(), process.env)
    : undefined;
}
