import { Channel } from './channel.ts';
import { registerModuleHooks } from './module-hooks.ts';
import { keepOutput } from './output.ts';

// The only entry of every process that runs author code. It is told over its channel what to do.
keepOutput();
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
      return runStep(channel, message);
    }
    case 'answers':
      return channel.requests.settle(message.answers);
  }
};
// Who has to wait for a word waits to run a step, and is ready for it.
setImmediate(() => {
  if (!told) void import('./run-step.ts');
});
