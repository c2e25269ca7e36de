import { allProcesses, processStatus } from '../process/process-status.ts';
import type { Channel } from './channel.ts';

/**
 * How often things that author code left open are looked at before they no longer keep the process alive, and how long
 * after each other. Looks, not time: a busy machine may stop this process for longer than all of them take, and there
 * is at most one in a turn of the event loop.
 */
const patience = { looks: 10, everyMs: 10 };
/** How often a waiting process checks whether the others are gone. */
const lookMs = 50;

let isEnding = false;

/**
 * When the group is told to end, this process stays until the others are gone: it passes on what they still print, and
 * in a sandbox they would die with it. A step that handles the signal decides for itself; the agent sets the limit.
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
 * Lets the process end like any finished program, with its `beforeExit` and `exit` handlers. The channel closes only
 * then, since the agent takes that as the end of everything.
 */
export function endProcess(channel: Channel): void {
  channel.unref();
  // An author's handlers may start something new, so the check runs again afterwards.
  process.on('beforeExit', () => {
    if (hasRest()) end();
  });
  endAfter(patience.looks);
  process.on('exit', leave);
}

function endAfter(looks: number): void {
  if (looks === 0) end();
  else setTimeout(endAfter, patience.everyMs, looks - 1).unref();
}

/** Node.js would first take down its heap, for which the next step waits. What an author's handler added still runs. */
function leave(): void {
  if (process.listeners('exit').at(-1) === leave) process.exit();
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
 * If the parent is the first process of all, it ends with this one and takes the others along; elsewhere they are the
 * agent's business.
 */
function hasRest(): boolean {
  return process.ppid === 1 && others() > 0;
}

/** Two looks, since a step that cleans up may start another command after the one that ended. */
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

/** How many other processes of this group run. A sandbox's first process is in it by chance. */
function others(): number {
  const group = processStatus('self')?.group;
  return (allProcesses() ?? []).filter(
    (one) => one.group === group && one.pid !== process.pid && one.pid !== 1 && !one.isZombie,
  ).length;
}
