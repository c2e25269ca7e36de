import type { CallErrorCode } from './api-error.ts';

/** After these a change that was asked for may have been made; after all others it was not. */
export const doubtfulCodes: readonly CallErrorCode[] = Object.freeze([
  'unreachable',
  'bad_answer',
  'database_unavailable',
  'backend_unavailable',
  'audit_incomplete',
  'internal_error',
] as const);
