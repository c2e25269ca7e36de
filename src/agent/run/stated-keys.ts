import type { JobData } from '../channel/to-agent.ts';
import { AgentError } from '../agent-error.ts';
import type { JobSession, MissingKey } from '../session/job-session.ts';
import { settingCommand } from '../session/setting-command.ts';

/** @throws AgentError (`secret_missing`) that names every key which the job states but cannot have */
export function requireStated(session: JobSession, { name, environment = '' }: JobData): void {
  if (session.missing.length === 0) return;
  throw new AgentError(
    'secret_missing',
    `the job ${name} states secrets without a value in the environment ${environment}: ${session.missing.map(described).join('; ')}`,
    `correct the job's secrets, or ${howToSet(session)}`,
  );
}

export function described({ key, status, near }: MissingKey): string {
  if (status === 'declared') return `${key} is declared and not set`;
  return `there is no ${key}${near.length === 0 ? '' : `, near it: ${near.join(', ')}`}`;
}

export function howToSet({ missing, writeScope }: Pick<JobSession, 'missing' | 'writeScope'>): string {
  const [first] = missing;
  const command = first === undefined ? undefined : settingCommand(first.key, writeScope);
  return missing.length > 1 || command === undefined
    ? `set them with \`${settingCommand('KEY', writeScope) ?? 'kici-admin secret set'}\``
    : `set it with \`${command}\``;
}
