import { Channel } from './channel.ts';
import { prepareForTypeScript, registerModuleHooks } from './module-hooks.ts';

// The only entry of every process that runs author code. It is told over its channel what to do.
registerModuleHooks();
await prepareForTypeScript();
const channel = new Channel();
channel.onMessage = async (message) => {
  switch (message.type) {
    case 'load': {
      const { loadWorkflows } = await import('./load-workflows.ts');
      return loadWorkflows(channel, message);
    }
    case 'start': {
      const { runStep } = await import('./run-step.ts');
      return runStep(channel, message);
    }
    case 'answers': return channel.requests.settle(message.answers);
  }
};
