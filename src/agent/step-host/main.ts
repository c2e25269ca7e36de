import { Channel } from './channel.ts';
import { registerModuleHooks } from './module-hooks.ts';

// The only entry of every process that runs author code. It is told over its channel what to do.
const modules = registerModuleHooks();
const channel = new Channel();
channel.onMessage = async (message) => {
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
    case 'answers': return channel.requests.settle(message.answers);
  }
};
