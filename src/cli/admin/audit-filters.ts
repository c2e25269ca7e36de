import { pointInTime } from './parameters/parsed.ts';
import { option } from './parameters/text.ts';

/** Which rows of the audit log. */
export const filters = {
  since: pointInTime('--since <time>', 'rows from this time on, such as 24h ago or 2026-01-31T09:00:00Z'),
  until: pointInTime('--until <time>', 'rows before this time'),
  actor: option('--actor <text>', 'rows whose actor has this in its name'),
  operation: option('--operation <id>', 'rows of an operation, such as secrets.set'),
  outcome: option('--outcome <code>', 'how it ended: done, or the code of an error'),
  scope: option('--scope <scope>', 'rows about this very scope'),
  key: option('--key <key>', 'rows about a secret or variable of this name'),
  environment: option('--environment <environment>', 'rows about this environment'),
  request: option('--request <id>', 'rows that were written for the request of this id'),
  job: option('--job <id>', 'rows about the job of this id'),
};
