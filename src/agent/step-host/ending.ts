import { allProcesses, processStatus } from '../process/process-status.ts';
import type { Channel } from './channel.ts';

/** How long what an author's code has left open may keep the process. */
const patienceMs = 100;
/** How often a process that stays for others looks whether they are gone. */
const lookMs = 50;

let isEnding = false;

/**
 * When the group is told to end, this process stays until the others are gone: it passes on what they still print, and
 * in a sandbox they would end with it. A step that listens for the signal decides by itself; the agent sets the limit.
 */
export function endWithGroup(): void {
  const onSignal = (): void => {
    if (isEnding || process.listenerCount('SIGTERM') > 1) return;
    isEnding = true;
    afterOthers(() => {
      process.removeListener('SIGTERM', onSignal);
      process.kill(process.pid, 'SIGTERM');
    });
  };
  process.on('SIGTERM', onSignal);
}

/**
 * Has the process end as any program does that has nothing more to do, with its handlers of `beforeExit` and `exit`.
 * The channel closes with it, and not before: its agent takes it for the end of all.
 */
export function endProcess(channel: Channel): void {
  channel.unref();
  // Handlers of an author may begin something new, and are asked again when that is done.
  process.on('beforeExit', () => {
    if (hasRest()) end();
  });
  setTimeout(end, patienceMs).unref();
}

function end(): void {
  if (isEnding) return;
  isEnding = true;
  if (!hasRest()) process.exit();
  process.kill(0, 'SIGTERM');
  afterOthers(() => {
    process.exit();
  });
}

/**
 * Where the parent is the first of all processes it goes with this one, and takes the others with it: elsewhere they
 * are the agent's.
 */
function hasRest(): boolean {
  return process.ppid === 1 && others() > 0;
}

/** Two looks, for a step that cleans up may start another command after the one that was ended. */
function afterOthers(then: () => void): void {
  if (others() === 0) {
    then();
    return;
  }
  let before = 1;
  const timer = setInterval(() => {
    const now = others();
    if (before === 0 && now === 0) {
      clearInterval(timer);
      then();
    }
    before = now;
  }, lookMs);
}

/** How many other processes of this one's group run. The first process of a sandbox is in it by chance. */
function others(): number {
  const group = processStatus('self')?.group;
  return (allProcesses() ?? []).filter(
    (one) => one.group === group && one.pid !== process.pid && one.pid !== 1 && !one.isZombie,
  ).length;
}
