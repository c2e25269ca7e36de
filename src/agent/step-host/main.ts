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
let told = false;
channel.onMessage = async (message) => {
  told = true;
  switch (message.type) {
    case 'load': {
      const { loadWorkflows } = await import('./load-workflows.ts');
      return loadWorkflows(channel, message, modules);
    }
    case 'start': {
      const { runStep } = await import('./run-step.ts');
      for (const source of message.stripped) modules.add(source);
      return runStep(channel, message, modules);
    }
    case 'answers':
      return channel.requests.settle(message.answers);
  }
};
// Loads ahead while the process waits for its first message.
setImmediate(() => {
  if (!told) void import('./run-step.ts');
});
