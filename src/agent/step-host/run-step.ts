import type { StartStep } from '../channel/from-agent.ts';
import type { Channel } from './channel.ts';
import { createContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { findStep } from './find-step.ts';
import { ProcessEnvironment } from './process-environment.ts';

const maxErrorBytes = 524_288;

/** Runs the one step that this process is for, and ends the process. */
export async function runStep(channel: Channel, start: StartStep): Promise<void> {
  const environment = new ProcessEnvironment();
  environment.assign(start.variables);
  try {
    const step = await findStep(start);
    await step.run(createContext(channel, start, environment));
    environment.restore();
    await channel.send({ type: 'finished', status: 'succeeded' });
  } catch (error) {
    environment.restore();
    await channel.send({ type: 'finished', status: 'failed', error: describeError(error, maxErrorBytes) });
  }
  channel.endProcess();
}
