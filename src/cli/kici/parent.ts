import { processStatus } from '../../agent/process/process-status.ts';

const lookMs = 500;

/**
 * Calls once whoever started this process is gone, where the two belong together: `npm` and scripts end their shell, and
 * no signal reaches what the shell has started. What has a group of its own, as every command of an interactive shell
 * has and all that `setsid` starts, goes on without its parent.
 * @returns what ends the watch
 */
export function onParentGone(environment: Readonly<Record<string, string | undefined>>, call: () => void): () => void {
  const parent = process.ppid;
  if (parent === 1 || !isOneGroup(parent, environment)) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    call();
  }, lookMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Where the system does not tell, npm says that it stands behind. */
function isOneGroup(parent: number, environment: Readonly<Record<string, string | undefined>>): boolean {
  const own = processStatus('self')?.group;
  return own === undefined ? environment['npm_lifecycle_event'] !== undefined : own === processStatus(parent)?.group;
}
