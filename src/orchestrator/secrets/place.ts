import { isReservedScope, parseScopeId, type ScopeId } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/errors.ts';
import type { Caller } from '../caller.ts';
import { requireScope } from '../narrowing.ts';

/**
 * The scope of a request, checked as every entrance must.
 * @throws ApiError `invalid_request`, `permission_denied`
 */
export function placeOf(caller: Caller, text: string): ScopeId {
  const place = parsePlace(text);
  requireScope(caller, place.backend, place.path);
  return place;
}

/** @throws ApiError `invalid_request` */
export function parsePlace(text: string): ScopeId {
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
