import { Channel } from './channel.ts';
import { registerModuleHooks } from '../modules/module-hooks.ts';
import { closeStrangers } from './descriptors.ts';
import { endWithGroup } from './ending.ts';
import { keepOutput } from './output.ts';

// The only entry point of every process that runs author code. Its channel tells it what to do.
closeStrangers();
keepOutput();
endWithGroup();
const modules = registerModuleHooks();
const channel = new Channel();
/** Before a module may have changed it. */
const temporary = process.env['TMPDIR'] ?? '/tmp';
let told = false;
/** The environment of a step that starts here is the one that its module was imported with. */
let hasImported = false;
channel.onMessage = async (message) => {
  told = true;
  switch (message.type) {
    case 'load': {
      hasImported = true;
      const { loadWorkflows } = await import('./load-workflows.ts');
      return loadWorkflows(channel, message, modules);
    }
    case 'start': {
      const { runStep } = await import('./run-step.ts');
      for (const source of message.stripped) modules.add(source);
      return runStep(channel, hasImported ? { ...message, variables: {} } : message, modules, temporary);
    }
    case 'answers':
      return channel.requests.settle(message.answers);
  }
};
void channel.send({ type: 'ready' });
// Loads ahead while the process waits for its first message.
setImmediate(() => {
  if (!told) void import('./run-step.ts');
});
