import { processStatus } from '../../agent/process/process-status.ts';

const lookMs = 500;

/**
 * Calls back when this process's parent is gone, if the two share a group: `npm` and scripts end their shell, and no
 * signal reaches what the shell started. A process with its own group, such as an interactive shell's command or one
 * under `setsid`, outlives its parent.
 * @returns a function that stops watching
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

/** If the system does not say, npm's variables reveal that npm is the parent. */
function isOneGroup(parent: number, environment: Readonly<Record<string, string | undefined>>): boolean {
  const own = processStatus('self')?.group;
  return own === undefined ? environment['npm_lifecycle_event'] !== undefined : own === processStatus(parent)?.group;
}
