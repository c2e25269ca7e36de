import { nearMatches } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';
import { operations } from '../../api/registry.ts';
import type { OperationInput } from '../handlers.ts';

/** What the orchestrator itself writes rows of, beside the operations that are called. */
const own = ['audit.break', 'audit.join', 'sessions.open'];

/**
 * Where no row was found: whether none could be. Rows of an operation that an earlier release had can be, so a later
 * page of them may be empty.
 * @throws ApiError `invalid_request`
 */
export function refuseUnknownOperation({ operation, order, before, after }: OperationInput<'audit.list'>): void {
  const known = [...Object.keys(operations), ...own];
  const isFirstPage = order === 'newest' ? before === undefined : (after ?? 0) === 0;
  if (operation === undefined || known.includes(operation) || !isFirstPage) return;
  const near = nearMatches(operation, known);
  throw new ApiError(
    'invalid_request',
    `there is no operation ${JSON.stringify(operation)}`,
    near.length === 0
      ? 'each row names its operation: list them without this filter'
      : `did you mean ${near.join(' or ')}?`,
  );
}
