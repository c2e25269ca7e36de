import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning } from '../process/identity.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import { ownerOf, sweep } from './journal.ts';

const restMs = 1_000;

// A separate process, which an agent's watchdog turns into when the agent is gone.
const [journal = ''] = process.argv.slice(2);
const owner = ownerOf(basename(journal));
if (owner !== undefined) {
  // The pipe closes slightly before the process counts as ended.
  while (await isRunning(owner)) await pause(20);
  const engine = new ContainerEngine(process.env);
  while (await sweep(dirname(journal), owner.place, (name) => engine.remove(name))) await pause(restMs);
}
