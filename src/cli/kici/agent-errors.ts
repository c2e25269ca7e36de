import { AgentError } from '../../agent/agent-error.ts';
import { CommandError } from '../terminal/command-error.ts';

/** An agent's error as the client's; any other as it is. */
export function commandErrorOf(error: unknown): unknown {
  return error instanceof AgentError ? new CommandError(error.code, error.message, error.hint) : error;
}
