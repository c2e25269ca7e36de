import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';

/**
 * A job's token is valid for that job alone.
 * @throws ApiError `permission_denied`
 */
export function requireOwnJob({ caller }: Call, jobId: string): void {
  if (caller.kind !== 'job' || caller.jobId !== jobId)
    throw new ApiError('permission_denied', 'the token belongs to another job');
}
