import { isFailureCode, isFailureReason, type FailureCode, type FailureReason } from '@kici-dev/secret-backend';
import * as check from './checks.ts';

export function isCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && isFailureCode(value);
}

/** Why something failed, where that is known. */
export const why = {
  reason: (value: unknown): value is FailureReason => typeof value === 'string' && isFailureReason(value),
  about: check.text(),
};

/** How an error travels: see `errorBody`, which a test holds this to. */
export const isErrorBody = check.object(
  { error: check.text(), message: check.text(), hint: check.text() },
  {
    requestId: check.text(),
    code: isCode,
    ...why,
    operation: check.text(),
    category: check.text(),
    cliEquivalent: check.text(),
  },
);
