import { UsageError } from '../../terminal/command-error.ts';
import type { Parameter } from './parameter.ts';
import { flag, option, required } from './text.ts';

export const environment: Parameter<string> = required('--environment <environment>', 'the environment');

/** Accepts `--scope` and `--env` for `--environment`, since people type them. */
export function environmentByAnyName(): Parameter<string> {
  const names = [
    option('--environment <environment>', 'the environment (required; --env and --scope are accepted for it)'),
    option('--env <environment>', '', { hidden: true }),
    option('--scope <environment>', '', { hidden: true }),
  ];
  return {
    declare: (command) => {
      for (const name of names) name.declare(command);
    },
    read: (command) => {
      const [first, ...more] = names.flatMap((name) => name.read(command) ?? []);
      if (first === undefined) throw new UsageError('--environment is missing', 'add --environment <environment>');
      if (more.length > 0)
        throw new UsageError(
          '--environment, --env and --scope mean the same and cannot be used together',
          'give one of them',
        );
      return first;
    },
  };
}

/** The agent that an environment is resolved for. */
export const agentFacts = {
  host: option('--host <host>', 'resolve as for an agent on this host'),
  agentId: option('--agent-id <id>', 'resolve as for this agent'),
};

export const yes: Parameter<boolean> = flag('-y, --yes', 'do not ask');
