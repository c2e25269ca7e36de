import { pathToFileURL } from 'node:url';
import { bounds } from '../channel/bounds.ts';
import type { StartStep } from '../channel/from-agent.ts';
import type { ModuleHooks } from '../modules/module-hooks.ts';
import { ModuleGuard } from '../modules/module-records.ts';
import type { Channel } from './channel.ts';
import { createContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { endProcess } from './ending.ts';
import { findStep } from './find-step.ts';
import { ProcessEnvironment } from './process-environment.ts';

/** Runs this process's one step, then ends the process. */
export async function runStep(
  channel: Channel,
  start: StartStep,
  modules: ModuleHooks,
  temporary: string,
): Promise<void> {
  const guard = new ModuleGuard(start.modules, `${pathToFileURL(start.project).href}/`);
  modules.observe(guard);
  const environment = new ProcessEnvironment(temporary);
  environment.assign(start.variables);
  try {
    const step = await findStep(start);
    guard.requireUnchanged();
    void channel.send({ type: 'imported' });
    await step.run(createContext(channel, start, environment));
    guard.requireUnchanged();
    environment.restore();
    await channel.send({ type: 'finished', status: 'succeeded' });
  } catch (error) {
    environment.restore();
    await channel.send({ type: 'finished', status: 'failed', error: describeError(error, bounds.errorBytes) });
  }
  endProcess(channel);
}
