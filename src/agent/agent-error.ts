import { CodedError } from '../errors/coded-error.ts';

/** Why a run cannot start or continue, apart from what a step itself did. */
export type AgentErrorCode =
  | 'project_not_found'
  | 'workflow_not_found'
  | 'workflow_invalid'
  | 'job_not_found'
  | 'step_not_found'
  | 'label_missing'
  | 'secret_missing'
  | 'secret_unavailable'
  | 'variable_refused'
  | 'command_not_found'
  | 'command_not_started'
  | 'variable_too_large'
  | 'sandbox_unavailable'
  | 'sandbox_broken'
  | 'limit_unavailable'
  | 'limit_exceeded'
  | 'cancelled'
  | 'cannot_write';

export class AgentError extends CodedError<AgentErrorCode> {
  override readonly name = 'AgentError';
}

/** The operating system's code of an error, such as `EEXIST`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
