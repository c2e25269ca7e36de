import { AgentError } from '../../agent/agent-error.ts';
import { CommandError } from '../terminal/command-error.ts';

/** Turns an agent's error into the client's; leaves any other as it is. */
export function commandErrorOf(error: unknown): unknown {
  return error instanceof AgentError ? new CommandError(error.code, error.message, error.hint) : error;
}
