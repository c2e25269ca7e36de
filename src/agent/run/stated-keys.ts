import type { JobData } from '../channel/to-agent.ts';
import { AgentError } from '../agent-error.ts';
import type { MissingKey } from '../session/job-session.ts';

/** @throws AgentError (`secret_missing`) that names every key which the job states and cannot have */
export function requireStated(missing: readonly MissingKey[], { name, environment = '' }: JobData): void {
  if (missing.length === 0) return;
  throw new AgentError(
    'secret_missing',
    `the job ${name} states secrets without a value in the environment ${environment}: ${missing.map(described).join('; ')}`,
    "correct the job's secrets, or set them with `kici-admin secret set`",
  );
}

export function described({ key, status, near }: MissingKey): string {
  if (status === 'declared') return `${key} is declared and not set`;
  return `there is no ${key}${near.length === 0 ? '' : `, near it: ${near.join(', ')}`}`;
}
