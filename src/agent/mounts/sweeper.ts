import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning } from '../process/identity.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import { ownerOf, sweep } from './journal.ts';

/** What cannot be removed by then is left to the next agent. */
const patienceMs = 120_000;
const restMs = 1_000;

// A process of its own, which an agent's watchdog becomes when the agent is gone.
const [journal = ''] = process.argv.slice(2);
const owner = ownerOf(basename(journal));
if (owner !== undefined) {
  // Its end of a pipe closes a little before it counts as ended.
  while (await isRunning(owner)) await pause(20);
  const engine = new ContainerEngine(process.env);
  const latest = performance.now() + patienceMs;
  const isClean = async (): Promise<boolean> => sweep(dirname(journal), owner.place, (name) => engine.remove(name));
  while (!(await isClean()) && performance.now() < latest) await pause(restMs);
}
