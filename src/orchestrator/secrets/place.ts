import { isReservedScope, parseScopeId, type ScopeId } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';

/**
 * Parses the scope of a request.
 * @throws ApiError `invalid_request`
 */
export function placeOf(text: string): ScopeId {
  const parsed = parseScopeId(text);
  if (!parsed.ok) throw new ApiError('invalid_request', parsed.reason);
  if (isReservedScope(parsed.value.path))
    throw new ApiError(
      'invalid_request',
      `scopes that begin with "__" are the system's own: ${parsed.value.path}`,
      'choose another name',
    );
  return parsed.value;
}
